(* Ordered eigenvalues and singular values: that they exist, are determined by the matrix, and how they move.

   The one tool is a unit vector on which the form of A is at least its i-th eigenvalue and that of B at most
   its i-th: it exists because it has to meet only n - 1 linear conditions in n dimensions. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From fire Require Import frobenius spectral svd.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Singular.
Variable R : rcfType.

Definition decreasing {n} (d : 'rV[R]_n) : Prop := forall i j : 'I_n, (i <= j)%N -> d 0 j <= d 0 i.

(* s are the singular values of W in decreasing order: s >= 0, and s_i^2 are the eigenvalues of W^T W.
   They are as many as W has columns; those of a wide W end in zeros. *)
Definition singular_values {m n} (W : 'M[R]_(m, n)) (s : 'rV[R]_n) : Prop :=
  [/\ decreasing s, forall i, 0 <= s 0 i &
      exists2 V : 'M[R]_n, iso V & W^T *m W = V *m diag_mx (map_mx (fun t => t ^+ 2) s) *m V^T].

(* The eigenvalues of a symmetric matrix can be put in decreasing order. *)
Theorem ordered_spectral_theorem n (A : 'M[R]_n) : A^T = A ->
  exists P : 'M[R]_n, exists d : 'rV[R]_n, [/\ iso P, decreasing d & A = P *m diag_mx d *m P^T].
Proof.
move=> At; have [P [d [PP Ad]]] := spectral_theorem At.
pose t := [tuple d 0 i | i < n]; pose ge := fun x y : R => y <= x.
have /tuple_permP[p st] : perm_eq (sort ge t) t by rewrite perm_sort.
have dec : decreasing (\row_i d 0 (p i)).
  move=> i j ij; rewrite !mxE; have : sorted ge (sort ge t) by apply: sort_sorted => x y; apply: le_total.
  have getr : transitive ge by move=> x y z xy zx; apply: le_trans xy.
  move/(sorted_leq_nth getr (@lexx _ _) 0) => /(_ i j); rewrite st !inE size_tuple !ltn_ord.
  by move=> /(_ isT isT ij); rewrite /ge -!tnth_nth !tnth_mktuple.
exists (\matrix_(i, k) P i (p k)), (\row_i d 0 (p i)); split=> //.
  apply/matrixP => i k; rewrite !mxE.
  have /matrixP/(_ (p i) (p k)) := PP; rewrite !mxE (inj_eq perm_inj) => <-.
  by apply: eq_bigr => j _; rewrite !mxE.
rewrite {}Ad; apply/matrixP => i k; rewrite !mul_mx_diag !mxE (reindex_inj (@perm_inj _ p)) /=.
by apply: eq_bigr => j _; rewrite !mxE.
Qed.

(* A unit vector with x^T A x >= d_i and x^T B x <= e_i, the i-th eigenvalues of A and B. *)
Theorem common_unit_vector n (P Q : 'M[R]_n) (d e : 'rV[R]_n) (i : 'I_n) :
  iso P -> iso Q -> decreasing d -> decreasing e ->
  exists u : 'cV[R]_n, [/\ frob2 u = 1, d 0 i <= quad (P *m diag_mx d *m P^T) u
    & quad (Q *m diag_mx e *m Q^T) u <= e 0 i].
Proof.
move=> PP QQ dd de.
pose Z : 'M[R]_n := \matrix_(j, k) if (k < i)%N then Q j k else if (i < k)%N then P j k else 0.
have rk : (\rank Z < n)%N.
  by apply: (@rank_zero_col _ _ _ _ i); apply/colP => j; rewrite !mxE ltnn.
have [u u1 Zu] := orthogonal_unit rk; exists u; split=> //.
  rewrite quad_spectral -[d 0 i]mulr1 -u1 (frob2_orth u PP) mulr_sumr.
  apply: ler_sum => k _; have [ki|ik] := leqP k i; first by rewrite ler_wpmul2r ?sqr_ge0 ?dd.
  suff -> : (P^T *m u) k 0 = 0 by rewrite expr0n !mulr0.
  have /colP/(_ k) := Zu; rewrite !mxE => z; rewrite -[RHS]z; apply: eq_bigr => j _.
  by rewrite !mxE ik ltnNge ltnW.
rewrite quad_spectral -[e 0 i]mulr1 -u1 (frob2_orth u QQ) mulr_sumr.
apply: ler_sum => k _; have [ik|ki] := leqP i k; first by rewrite ler_wpmul2r ?sqr_ge0 ?de.
suff -> : (Q^T *m u) k 0 = 0 by rewrite expr0n !mulr0.
have /colP/(_ k) := Zu; rewrite !mxE => z; rewrite -[RHS]z; apply: eq_bigr => j _.
by rewrite !mxE ki.
Qed.

(* Eigenvalues are monotone: x^T A x <= x^T B x for every x gives d_i <= e_i for every i. *)
Corollary eigenvalues_monotone n (P Q : 'M[R]_n) (d e : 'rV[R]_n) :
  iso P -> iso Q -> decreasing d -> decreasing e ->
  (forall x, quad (P *m diag_mx d *m P^T) x <= quad (Q *m diag_mx e *m Q^T) x) ->
  forall i, d 0 i <= e 0 i.
Proof.
move=> PP QQ dd de AB i; have [u [_ du ue]] := common_unit_vector i PP QQ dd de.
exact: le_trans (le_trans du (AB u)) ue.
Qed.

Lemma quad_gram m n (W : 'M[R]_(m, n)) (x : 'cV[R]_n) : quad (W^T *m W) x = frob2 (W *m x).
Proof. by rewrite quad_dot -mulmxA -dot_mull. Qed.

(* Every real matrix has singular values, *)
Theorem singular_values_exist m n (W : 'M[R]_(m, n)) : exists s, singular_values W s.
Proof.
have [|V [e [VV de We]]] := @ordered_spectral_theorem n (W^T *m W); first by rewrite trmx_mul trmxK.
have e0 : forall i, 0 <= e 0 i by apply/(psd_spectral e VV); rewrite -We; apply: psd_gram.
exists (map_mx Num.sqrt e); split=> [i j ij|i|]; rewrite ?mxE ?sqrtr_ge0 //.
  by rewrite ler_wsqrtr ?de.
exists V; rewrite // We; congr (_ *m diag_mx _ *m _).
by apply/rowP => i; rewrite !mxE sqr_sqrtr.
Qed.

(* A unit vector u with |W u| >= s_i and |W' u| <= s'_i, the i-th singular values of W and W'. *)
Lemma common_singular_vector m p n (W : 'M[R]_(m, n)) (W' : 'M[R]_(p, n)) (s s' : 'rV[R]_n) i :
  singular_values W s -> singular_values W' s' ->
  exists u : 'cV[R]_n, [/\ frob u = 1, s 0 i <= frob (W *m u) & frob (W' *m u) <= s' 0 i].
Proof.
have sqd (t : 'rV[R]_n) : (forall k, 0 <= t 0 k) -> decreasing t -> decreasing (map_mx (fun a => a ^+ 2) t).
  by move=> t0 dt k l kl; rewrite !mxE ler_pexpn2r ?nnegrE ?t0 ?dt.
case=> ds s0 [V VV We] [ds' s0' [V' VV' We']].
have [u [u1]] := common_unit_vector i VV VV' (sqd s s0 ds) (sqd s' s0' ds').
rewrite -We -We' !quad_gram !mxE -!frob_sqr !ler_pexpn2r ?nnegrE ?frob_ge0 // => su us.
by exists u; split=> //; rewrite /frob u1 sqrtr1.
Qed.

(* they are determined by it, *)
Theorem singular_values_unique m n (W : 'M[R]_(m, n)) (s t : 'rV[R]_n) :
  singular_values W s -> singular_values W t -> s = t.
Proof.
move=> Ws Wt; apply/rowP => i; apply/le_anti/andP; split.
  by have [u [_ h1 h2]] := common_singular_vector i Ws Wt; apply: le_trans h1 h2.
by have [u [_ h1 h2]] := common_singular_vector i Wt Ws; apply: le_trans h1 h2.
Qed.

(* and they are those of every singular value decomposition in decreasing order. *)
Theorem svd_singular_values m n (W U : 'M[R]_(m, n)) (V : 'M[R]_n) (s : 'rV[R]_n) :
  iso U -> iso V -> decreasing s -> (forall i, 0 <= s 0 i) -> W = U *m diag_mx s *m V^T ->
  singular_values W s.
Proof.
move=> UU VV ds s0 ->; split=> //; exists V => //.
rewrite !trmx_mul trmxK tr_diag_mx -!mulmxA (mulmxA U^T) UU mul1mx (mulmxA (diag_mx s)) mulmx_diag.
by congr (_ *m (diag_mx _ *m _)); apply/rowP => i; rewrite !mxE expr2.
Qed.

Lemma singular_vector m n (W : 'M[R]_(m, n)) (s : 'rV[R]_n) i : singular_values W s ->
  exists2 u : 'cV[R]_n, frob u = 1 & frob (W *m u) = s 0 i.
Proof.
case=> _ s0 [V VV We]; exists (col i V); first by rewrite /frob frob2_col_iso ?sqrtr1.
by rewrite /frob -quad_gram We quad_spectral_col // mxE sqrtr_sqr ger0_norm.
Qed.

(* The least singular value is the least |W x| / |x|: a lower bound, and attained. *)
Theorem least_singular_value m n (W : 'M[R]_(m, n.+1)) (s : 'rV[R]_n.+1) : singular_values W s ->
  (forall x : 'cV[R]_n.+1, s 0 ord_max * frob x <= frob (W *m x)) /\
  exists2 u : 'cV[R]_n.+1, frob u = 1 & frob (W *m u) = s 0 ord_max.
Proof.
move=> Ws; split=> [x|]; last exact: singular_vector.
have [ds s0 [V VV We]] := Ws.
rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?mulr_ge0 ?frob_ge0 ?s0 // exprMn !frob_sqr -quad_gram We.
apply: (proj1 (andP (@quad_eigenvalue_range _ _ V _ _ (s 0 0 ^+ 2) x VV _))) => i.
by rewrite mxE !ler_pexpn2r ?nnegrE ?s0 ?ds // -ltnS ltn_ord.
Qed.

(* The largest singular value is the spectral norm: an upper bound of |W x| / |x|, and attained. *)
Theorem largest_singular_value m n (W : 'M[R]_(m, n.+1)) (s : 'rV[R]_n.+1) : singular_values W s ->
  opnorm W (s 0 0) /\ exists2 u : 'cV[R]_n.+1, frob u = 1 & frob (W *m u) = s 0 0.
Proof.
move=> Ws; split=> [x|]; last exact: singular_vector.
have [ds s0 [V VV We]] := Ws; rewrite -quad_gram We.
apply: (proj2 (andP (@quad_eigenvalue_range _ _ V _ (s 0 ord_max ^+ 2) _ x VV _))) => i.
by rewrite mxE !ler_pexpn2r ?nnegrE ?s0 ?ds // -ltnS ltn_ord.
Qed.

Lemma weyl_upper m n (W W' : 'M[R]_(m, n)) (s s' : 'rV[R]_n) (r : R) i : 0 <= r ->
  singular_values W s -> singular_values W' s' -> opnorm (W - W') r -> s 0 i - s' 0 i <= r.
Proof.
move=> r0 Ws Ws' Wr; have [u [u1 h1 h2]] := common_singular_vector i Ws Ws'.
rewrite ler_subl_addr; apply: le_trans h1 _; rewrite -[W in W *m _](subrK W') mulmxDl.
apply: le_trans (frob_triangle _ _) _; apply: ler_add => //.
by apply: le_trans (frob_mull u r0 Wr) _; rewrite u1 mulr1.
Qed.

(* Weyl: no singular value moves by more than the spectral norm of the change. *)
Theorem singular_values_weyl m n (W W' : 'M[R]_(m, n)) (s s' : 'rV[R]_n) (r : R) : 0 <= r ->
  singular_values W s -> singular_values W' s' -> opnorm (W - W') r ->
  forall i, `|s 0 i - s' 0 i| <= r.
Proof.
move=> r0 Ws Ws' Wr i; rewrite ler_norml (weyl_upper _ r0 Ws Ws' Wr) andbT ler_oppl opprB.
by apply: (weyl_upper i r0 Ws' Ws) => x; rewrite -opprB mulNmx frob2N.
Qed.

(* A left factor with a |y| <= |W y| <= b |y| moves every singular value of G by a factor between a and b:
   the core of arXiv 2602.08040, theorem 3, with G = X^T and F = X W^T. *)
Theorem singular_values_product m p n (W : 'M[R]_(m, p)) (G : 'M[R]_(p, n)) (s t : 'rV[R]_n) (a b : R) :
  0 <= a -> 0 <= b -> (forall y : 'cV[R]_p, a * frob y <= frob (W *m y) <= b * frob y) ->
  singular_values G s -> singular_values (W *m G) t ->
  forall i, a * s 0 i <= t 0 i <= b * s 0 i.
Proof.
move=> a0 b0 ab Gs Ft i; apply/andP; split.
  have [u [_ h1 h2]] := common_singular_vector i Gs Ft.
  apply: le_trans h2; apply: le_trans (ler_wpmul2l a0 h1) _.
  by rewrite -mulmxA; case/andP: (ab (G *m u)).
have [u [_ h1 h2]] := common_singular_vector i Ft Gs.
apply: le_trans h1 _; apply: le_trans (ler_wpmul2l b0 h2).
by rewrite -mulmxA; case/andP: (ab (G *m u)).
Qed.

End Singular.
