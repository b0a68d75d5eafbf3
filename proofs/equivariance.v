(* Symmetries of the polar decomposition W = Q H (Q an isometry, H symmetric and positive semidefinite), and
   what singles out Q among all isometries: being orthonormal is not enough to be the nearest one.
   The statements are about polar decompositions, so they hold for singular W too, where Q is not unique. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition polar_dec {R : realDomainType} {m n} (W Q : 'M[R]_(m, n)) (H : 'M[R]_n) : Prop :=
  [/\ iso Q, H^T = H, psd H & W = Q *m H].

Lemma quad_congr (R : comRingType) k n (S : 'M[R]_(k, n)) (H : 'M[R]_k) (x : 'cV[R]_n) :
  quad (S^T *m H *m S) x = quad H (S *m x).
Proof. by rewrite /quad trmx_mul !mulmxA. Qed.

Section Equivariance.
Variable R : realDomainType.
Variables (m n : nat).
Implicit Types (W Q : 'M[R]_(m, n)) (H S : 'M[R]_n).

Lemma iso_swap S : iso S -> S *m S^T = 1%:M. Proof. exact: mulmx1C. Qed.

Lemma isoM k (P : 'M[R]_(k, m)) Q : iso P -> iso Q -> iso (P *m Q).
Proof. by move=> PP QQ; rewrite /iso trmx_mul -mulmxA (mulmxA P^T) PP mul1mx. Qed.

Lemma iso1 : iso (1%:M : 'M[R]_n). Proof. by rewrite /iso trmx1 mul1mx. Qed.

(* polar (P W S) = P polar(W) S for P with orthonormal columns and S orthogonal. *)
Theorem polar_orthogonal k (P : 'M[R]_(k, m)) W Q H S : iso P -> iso S ->
  polar_dec W Q H -> polar_dec (P *m W *m S) (P *m Q *m S) (S^T *m H *m S).
Proof.
move=> PP SS [QQ Hs H0 ->]; split.
- by rewrite /iso !trmx_mul -!mulmxA (mulmxA P^T) PP mul1mx (mulmxA Q^T) QQ mul1mx.
- by rewrite !trmx_mul trmxK Hs mulmxA.
- by move=> x; rewrite quad_congr.
by rewrite -!mulmxA (mulmxA S) iso_swap // mul1mx.
Qed.

(* polar (c W) = polar (W) for c >= 0 (for c > 0 the positive semidefinite factor keeps its rank). *)
Theorem polar_scale c W Q H : 0 <= c -> polar_dec W Q H -> polar_dec (c *: W) Q (c *: H).
Proof.
move=> c0 [QQ Hs H0 ->]; split=> //; first by rewrite linearZ /= Hs.
  by move=> x; rewrite quad_dot -scalemxAl dotZr mulr_ge0 // -quad_dot.
by rewrite -scalemxAr.
Qed.

(* A negative factor turns Q around: the polar factor of - W is - Q. *)
Theorem polar_opp W Q H : polar_dec W Q H -> polar_dec (- W) (- Q) H.
Proof.
move=> [QQ Hs H0 ->]; split=> //; last by rewrite mulNmx.
by rewrite /iso [(- Q)^T]raddfN /= mulNmx mulmxN opprK.
Qed.

(* Idempotence: an isometry is its own polar factor ... *)
Theorem polar_idempotent Q : iso Q -> polar_dec Q Q 1%:M.
Proof.
move=> QQ; split=> //; first by rewrite trmx1.
  by move=> x; rewrite quad_dot mul1mx -frob2_dot frob2_ge0.
by rewrite mulmx1.
Qed.

(* ... and has no other one. *)
Theorem polar_of_isometry Q V H : iso Q -> polar_dec Q V H -> V = Q /\ H = 1%:M.
Proof.
move=> QQ [VV Hs H0 QVH].
have HH : H *m H = 1%:M.
  by move: QQ; rewrite QVH /iso trmx_mul -mulmxA (mulmxA V^T) VV mul1mx Hs.
suff H1 : H = 1%:M by rewrite QVH H1 mulmx1.
(* H (H - 1) = - (H - 1), so the columns of H - 1 have a quadratic form that is both <= 0 and >= 0. *)
pose D := H - 1%:M.
have HD : H *m D = - D by rewrite /D mulmxBr HH mulmx1 opprB.
have Ds : D^T = D by rewrite /D raddfB /= Hs trmx1.
have := trace_psd D^T H0; rewrite trmxK -mulmxA HD mulmxN raddfN /= oppr_ge0 -/(frob2 D) => le0.
apply/eqP; rewrite -subr_eq0 -/D -frob2_eq0.
by rewrite eq_le le0 frob2_ge0.
Qed.

End Equivariance.

(* The transpose of a square weight has the transposed polar factor; H turns into Q H Q^T. *)
Theorem polar_transpose (R : realDomainType) n (W Q H : 'M[R]_n) :
  polar_dec W Q H -> polar_dec W^T Q^T (Q *m H *m Q^T).
Proof.
move=> [QQ Hs H0 ->]; have Qr : Q *m Q^T = 1%:M by apply: mulmx1C.
split; first by rewrite /iso trmxK.
- by rewrite !trmx_mul trmxK Hs mulmxA.
- by move=> x; rewrite -{1}(trmxK Q) quad_congr.
by rewrite trmx_mul Hs !mulmxA QQ mul1mx.
Qed.

(* Orthonormal output is not enough: - Q is an isometry too, and it is 4 tr H farther from W than Q. *)
Theorem opposite_factor (R : comRingType) m n (W Q : 'M[R]_(m, n)) (H : 'M[R]_n) :
  iso Q -> W = Q *m H -> iso (- Q) /\ sfe W (- Q) - sfe W Q = 4%:R * \tr H.
Proof.
move=> QQ ->; split; first by rewrite /iso [(- Q)^T]raddfN /= mulNmx mulmxN opprK.
have dQ : dot (Q *m H) Q = \tr H by rewrite dotC /dot mulmxA QQ mul1mx.
rewrite /sfe opprK frob2D frob2B dQ; move: (frob2 _) (frob2 _) (\tr H) => a b t; ring.
Qed.

(* If tr H, the sum of the singular values, is positive, some isometry is strictly worse than Q. *)
Corollary isometry_not_nearest (R : realDomainType) m n (W Q : 'M[R]_(m, n)) (H : 'M[R]_n) :
  polar_dec W Q H -> 0 < \tr H -> exists V, iso V /\ sfe W Q < sfe W V.
Proof.
move=> [QQ _ _ WQH] t0; exists (- Q); have [NQ gap] := opposite_factor QQ WQH; split=> //.
by rewrite -subr_gt0 gap mulr_gt0 ?ltr0n.
Qed.

Section Triangular.
Variable R : realFieldType.

(* W = [3 3; 0 1] is upper triangular with a positive diagonal, so the Q factor of its QR decomposition is 1.
   Its polar factor is [4 3; -3 4] / 5. *)
Definition tri_W : 'M[R]_2 := \matrix_(i, j) nth 0 (nth [::] [:: [:: 3%:R; 3%:R]; [:: 0; 1]] i) j.
Definition tri_Q : 'M[R]_2 :=
  5%:R^-1 *: \matrix_(i, j) nth 0 (nth [::] [:: [:: 4%:R; 3%:R]; [:: - 3%:R; 4%:R]] i) j.
Definition tri_H : 'M[R]_2 :=
  5%:R^-1 *: \matrix_(i, j) nth 0 (nth [::] [:: [:: 12%:R; 9%:R]; [:: 9%:R; 13%:R]] i) j.


(* Two matrices of size 2 x 2 are equal when their four entries are. *)
Ltac entries := apply/matrixP => [[[|[|//]] ?]] [[|[|//]] ?];
  rewrite !mxE ?big_ord_recl ?big_ord0 /= ?mxE /=; by field.

Lemma tri_polar : polar_dec tri_W tri_Q tri_H.
Proof.
split.
- by rewrite /iso /tri_Q; entries.
- by rewrite /tri_H; entries.
- move=> x; rewrite quad_dot dotE !big_ord_recl !big_ord0 !mxE !big_ord_recl !big_ord0 !mxE /=.
  move: (x ord0 ord0) (x (lift ord0 ord0) ord0) => a b.
  rewrite [X in 0 <= X](_ : _ = (9%:R * (a + b) ^+ 2 + 3%:R * a ^+ 2 + 4%:R * b ^+ 2) / 5%:R); last by field.
  have p k (y : R) : 0 <= k%:R * y ^+ 2 by rewrite mulr_ge0 ?ler0n ?sqr_ge0.
  by rewrite divr_ge0 ?ler0n // addr_ge0 ?p // addr_ge0 ?p.
- by rewrite /tri_W /tri_Q /tri_H; entries.
Qed.

(* The Q factor of a QR decomposition is not the polar factor: on this W it costs 13, the polar factor 11. *)
Theorem qr_not_nearest :
  [/\ polar_dec tri_W tri_Q tri_H, iso (1%:M : 'M[R]_2), sfe tri_W 1%:M = 13%:R & sfe tri_W tri_Q = 11%:R].
Proof.
split; [exact: tri_polar | exact: iso1 | |].
  by rewrite /sfe frob2E !big_ord_recl !big_ord0 !mxE /=; ring.
by rewrite /sfe frob2E !big_ord_recl !big_ord0 !mxE /=; field.
Qed.

End Triangular.
