(* The matrix iteration. A Newton-Schulz step X <- 3/2 X - 1/2 X X^T X, or any odd quintic step, leaves the
   singular vectors alone and applies a scalar map to every singular value; so k steps are k scalar steps,
   for every shape and every rank, and the distance to the polar factor is known exactly. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius scalar thin_svd.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition cube {R : ringType} {m n} (X : 'M[R]_(m, n)) : 'M[R]_(m, n) := X *m X^T *m X.

(* One cubic step. *)
Definition ns {R : unitRingType} {m n} (X : 'M[R]_(m, n)) : 'M[R]_(m, n) :=
  (3%:R / 2%:R) *: X - 2%:R^-1 *: cube X.

(* One quintic step with coefficients t = (a, b, c), on a matrix and on a scalar. *)
Definition quintic {R : ringType} {m n} (t : R * R * R) (X : 'M[R]_(m, n)) : 'M[R]_(m, n) :=
  t.1.1 *: X + t.1.2 *: cube X + t.2 *: (cube X *m X^T *m X).
Definition quinticf {R : ringType} (t : R * R * R) (s : R) : R :=
  t.1.1 * s + t.1.2 * s ^+ 3 + t.2 * s ^+ 5.

(* A schedule: one step for every triple of a list, first triple first. *)
Definition run {R : ringType} {m n} (ts : seq (R * R * R)) (X : 'M[R]_(m, n)) : 'M[R]_(m, n) :=
  foldl (fun Y t => quintic t Y) X ts.
Definition runf {R : ringType} (ts : seq (R * R * R)) (s : R) : R :=
  foldl (fun r t => quinticf t r) s ts.

Section Values.
Variable R : comRingType.
Variables (m n p : nat) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)).
Hypotheses (isoU : iso U) (isoV : iso V).
Implicit Types (d e f : 'rV[R]_p) (ts : seq (R * R * R)).

Lemma svdD d e : svd U d V + svd U e V = svd U (d + e) V.
Proof. by rewrite /svd raddfD /= mulmxDr mulmxDl. Qed.

Lemma svd_mul3 d e f :
  svd U d V *m (svd U e V)^T *m svd U f V = svd U (\row_j (d 0 j * e 0 j * f 0 j)) V.
Proof.
rewrite svd_tr /svd -!mulmxA (mulmxA V^T V) isoV mul1mx (mulmxA U^T U) isoU mul1mx.
rewrite (mulmxA (diag_mx e)) mulmx_diag (mulmxA (diag_mx d)) mulmx_diag.
by congr (_ *m (diag_mx _ *m _)); apply/rowP => j; rewrite !mxE mulrA.
Qed.

(* A quintic step keeps U and V and maps every d_j to a d_j + b d_j^3 + c d_j^5. *)
Theorem quintic_svd t d : quintic t (svd U d V) = svd U (map_mx (quinticf t) d) V.
Proof.
rewrite /quintic /cube !svd_mul3 !svdZ !svdD; congr svd; apply/rowP => j; rewrite !mxE.
by move: (d 0 j) => s; rewrite /quinticf; ring.
Qed.

(* The same for a whole schedule in which every step has its own coefficients. *)
Theorem schedule_svd ts d : run ts (svd U d V) = svd U (map_mx (runf ts) d) V.
Proof.
elim: ts d => [|t ts IH] d.
  by congr svd; apply/rowP => j; rewrite mxE.
by rewrite /run /= quintic_svd -/(run _ _) IH; congr svd; apply/rowP => j; rewrite !mxE.
Qed.

End Values.

Section Cubic.
Variable R : comUnitRingType.

Lemma ns_quintic m n (X : 'M[R]_(m, n)) : ns X = quintic (3%:R / 2%:R, - 2%:R^-1, 0) X.
Proof. by rewrite /ns /quintic /= scale0r addr0 scaleNr. Qed.

Lemma nsf_quintic (s : R) : nsf s = quinticf (3%:R / 2%:R, - 2%:R^-1, 0) s.
Proof. by rewrite /nsf /quinticf /= mul0r addr0 mulNr. Qed.

Variables (m n p : nat) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)).
Hypotheses (isoU : iso U) (isoV : iso V).
Implicit Type d : 'rV[R]_p.

(* A cubic step keeps U and V and applies f s = 3/2 s - 1/2 s^3 to every d_j. *)
Theorem ns_svd d : ns (svd U d V) = svd U (map_mx nsf d) V.
Proof.
rewrite ns_quintic quintic_svd //; congr svd; apply/rowP => j.
by rewrite !mxE nsf_quintic.
Qed.

(* k steps apply f k times: NS_k(U diag(d) V^T) = U diag(f^k d) V^T, for every shape and rank. *)
Theorem ns_iter_svd k d : iter k ns (svd U d V) = svd U (map_mx (iter k nsf) d) V.
Proof.
elim: k => [|k IH]; first by congr svd; apply/rowP => j; rewrite mxE.
by rewrite iterS IH ns_svd; congr svd; apply/rowP => j; rewrite !mxE.
Qed.

(* The squared distance of k steps from U V^T is the sum of (1 - f^k d_j)^2. *)
Theorem ns_iter_distance k d :
  sfe (iter k ns (svd U d V)) (U *m V^T) = \sum_j (1 - iter k nsf (d 0 j)) ^+ 2.
Proof.
rewrite ns_iter_svd sfe_svd_polar //; apply: eq_bigr => j _.
by rewrite mxE -sqrrN opprB.
Qed.

(* The deviation from isometry after k steps. *)
Theorem ns_iter_dfi k d : dfi (iter k ns (svd U d V)) =
  \sum_j (1 - iter k nsf (d 0 j) ^+ 2) ^+ 2 + (n%:R - p%:R).
Proof.
rewrite ns_iter_svd dfi_svd //; congr (_ + _); apply: eq_bigr => j _.
by rewrite mxE -sqrrN opprB.
Qed.

End Cubic.

(* Tall or square W: the deviation after k steps is the sum of (1 - (f^k d_j)^2)^2. *)
Corollary ns_iter_dfi_tall (R : comUnitRingType) m n (U : 'M[R]_(m, n)) (V : 'M[R]_n) (d : 'rV[R]_n) k :
  iso U -> iso V -> dfi (iter k ns (svd U d V)) = \sum_j (1 - iter k nsf (d 0 j) ^+ 2) ^+ 2.
Proof. by move=> isoU isoV; rewrite ns_iter_dfi // subrr addr0. Qed.

Section Symmetry.

Lemma cube_equivariant (R : comRingType) m n q r (P : 'M[R]_(q, m)) (X : 'M[R]_(m, n)) (S : 'M[R]_(n, r)) :
  iso P -> iso S^T -> cube (P *m X *m S) = P *m cube X *m S.
Proof.
rewrite /iso trmxK => PP SS; rewrite /cube !trmx_mul -!mulmxA.
by rewrite (mulmxA S S^T) SS mul1mx (mulmxA P^T P) PP mul1mx.
Qed.

Lemma cube_tr (R : comRingType) m n (X : 'M[R]_(m, n)) : cube X^T = (cube X)^T.
Proof. by rewrite /cube !trmx_mul !trmxK mulmxA. Qed.

Lemma cubeN (R : comRingType) m n (X : 'M[R]_(m, n)) : cube (- X) = - cube X.
Proof. by rewrite /cube (raddfN (@trmx_additive _ _ _)) /= !(mulNmx, mulmxN) opprK. Qed.

Variable R : comUnitRingType.
Variables (m n : nat).
Implicit Type X : 'M[R]_(m, n).

(* Changing the orthonormal basis on either side and iterating commute (P^T P = 1, S S^T = 1). *)
Theorem ns_equivariant q r (P : 'M[R]_(q, m)) (S : 'M[R]_(n, r)) k X :
  iso P -> iso S^T -> iter k ns (P *m X *m S) = P *m iter k ns X *m S.
Proof.
move=> PP SS; elim: k => [//|k IH]; rewrite !iterS IH /ns cube_equivariant //.
by rewrite mulmxBr mulmxBl -!scalemxAr -!scalemxAl.
Qed.

(* Iterating the transpose gives the transpose: the wide and the tall form are the same iteration. *)
Theorem ns_transpose k X : iter k ns X^T = (iter k ns X)^T.
Proof.
elim: k => [//|k IH]; rewrite !iterS IH /ns cube_tr.
by apply/matrixP => i j; rewrite !mxE.
Qed.

(* The iteration is odd. *)
Theorem ns_odd k X : iter k ns (- X) = - iter k ns X.
Proof.
elim: k => [//|k IH]; rewrite !iterS IH /ns cubeN !scalerN.
by rewrite opprB opprK addrC.
Qed.

End Symmetry.
