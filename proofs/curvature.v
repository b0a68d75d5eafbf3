(* Curvature of a network in its weights: arXiv 2602.08040, theorem 2, almost everywhere, for one sample.

   Layer l has the weights W l (w l.+1 x w l, any widths) and the activation pattern D l (entries in [-1, 1]:
   the slopes of the activation, constant near almost every point). out t l is the output of the first l
   layers with the weights W + t E, and tay l i is the coefficient of t^i in it. For a loss of the output with
   the gradient g and the Hessian L, the second derivative along E is quad L (tay l 1) + 2 <g, tay l 2>. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Bounds.
Variable R : rcfType.

(* ||A||_2 <= ||A||_F *)
Lemma opnorm_frob m n (A : 'M[R]_(m, n)) : opnorm A (frob A).
Proof.
move=> y; rewrite frob_sqr frob2_col -(frob2_tr A) (frob2_sum_col A^T) mulr_suml; apply: ler_sum => i _.
have -> : (A *m y) i 0 = dot (row i A)^T y.
  by rewrite /dot trmxK -row_mul /mxtrace big_ord1 [RHS]mxE.
by rewrite -tr_row; apply: cauchy_schwarz.
Qed.

Lemma opnorm_pattern n (d : 'rV[R]_n) : (forall i, `|d 0 i| <= 1) -> opnorm (diag_mx d) 1.
Proof.
move=> d1 y; rewrite !frob2_col expr1n mul1r; apply: ler_sum => i _.
by rewrite mul_diag_mx mxE exprMn ler_pimull ?sqr_ge0 // -real_normK ?num_real ?expr_le1.
Qed.

Definition nu {m n} (W : 'M[R]_(m, n)) (c : R) : R := c ^+ 2 * (1 + Num.sqrt (dfi (c^-1 *: W))).

Lemma nu_ge0 m n (W : 'M[R]_(m, n)) c : 0 <= nu W c.
Proof. by rewrite mulr_ge0 ?sqr_ge0 // ?addr_ge0 ?ler01 ?sqrtr_ge0. Qed.

(* ||W||_2^2 is at most nu = c^2 (1 + sqrt (DfI of W / c)) (arXiv 2602.08040, theorem 2). *)
Theorem opnorm_nu m n (W : 'M[R]_(m, n)) c : c != 0 -> opnorm W (Num.sqrt (nu W c)).
Proof.
move=> c0 x; rewrite sqr_sqrtr ?nu_ge0 //.
rewrite [nu W c]/nu -mulrA; set V := c^-1 *: W.
have -> : W *m x = c *: (V *m x) by rewrite scalemxAl scalerA divff ?scale1r.
rewrite frob2Z ler_wpmul2l ?sqr_ge0 // mulrDl mul1r -ler_subl_addl.
have -> : frob2 (V *m x) - frob2 x = dot x ((V^T *m V - 1%:M) *m x).
  by rewrite mulmxBl mul1mx dotBr frob2_dot dot_mull mulmxA.
apply: le_trans (ler_norm _) _; apply: le_trans (dot_le _ _) _; rewrite -frob_sqr expr2 mulrCA.
by rewrite ler_wpmul2l ?frob_ge0 // frob_mull ?frob_ge0 //; apply: opnorm_frob.
Qed.

Lemma opnorm_tr p q (A : 'M[R]_(p, q)) s : opnorm A s -> opnorm A^T s.
Proof.
move=> As y; set u := A^T *m y; have [->|u0] := eqVneq u 0.
  by rewrite frob20 mulr_ge0 ?sqr_ge0 ?frob2_ge0.
have up : 0 < frob2 u by rewrite frob2_gt0.
have h : frob2 u ^+ 2 <= (s ^+ 2 * frob2 u) * frob2 y.
  have -> : frob2 u ^+ 2 = dot (A *m u) y ^+ 2 by rewrite dot_mull.
  by apply: le_trans (cauchy_schwarz _ _) _; rewrite ler_wpmul2r ?frob2_ge0.
by rewrite -(ler_pmul2l up) -expr2 mulrA [frob2 u * _]mulrC.
Qed.

(* The same with the deviation of the rows, W W^T: for a wide layer the smaller of the two, which the columns cannot
   reach (arXiv 2602.08040, theorem 2). *)
Corollary opnorm_nu_short m n (W : 'M[R]_(m, n)) c :
  c != 0 -> opnorm W (Num.sqrt (Num.min (nu W c) (nu W^T c))).
Proof.
move=> c0; case: leP => _; first exact: opnorm_nu.
by rewrite -{1}[W]trmxK; apply/opnorm_tr/opnorm_nu.
Qed.

End Bounds.

Section Network.
Variables (R : rcfType) (w : nat -> nat).
Variables (W E : forall l, 'M[R]_(w l.+1, w l)) (D : forall l, 'rV[R]_(w l.+1)) (x : 'cV[R]_(w 0)).

Fixpoint out (t : R) (l : nat) : 'cV[R]_(w l) :=
  match l with 0 => x | k.+1 => diag_mx (D k) *m ((W k + t *: E k) *m out t k) end.

Fixpoint tay (l i : nat) : 'cV[R]_(w l) :=
  match l return 'cV[R]_(w l) with
  | 0 => if i is 0 then x else 0
  | k.+1 => diag_mx (D k) *m (W k *m tay k i + if i is j.+1 then E k *m tay k j else 0)
  end.

Lemma tay_small l i : (l < i)%N -> tay l i = 0.
Proof.
elim: l i => [|l ih] [|i] //= li; rewrite !ih ?mulmx0 ?addr0 ?mulmx0 //.
exact: ltnW.
Qed.

(* The output is a polynomial in t with the coefficients tay. *)
Theorem output_taylor t l : out t l = \sum_(i < l.+1) t ^+ i *: tay l i.
Proof.
elim: l => [|l ih]; first by rewrite /= big_ord1 scale1r.
rewrite [LHS]/= ih mulmxDl !mulmx_sumr.
rewrite (eq_bigr (fun i : 'I_l.+2 => t ^+ i *: (diag_mx (D l) *m (W l *m tay l i)) +
   t ^+ i *: (diag_mx (D l) *m (if val i is j.+1 then E l *m tay l j else 0)))); last first.
  by move=> i _; rewrite /= mulmxDr scalerDr.
rewrite big_split /= mulmxDr; congr (_ + _).
  rewrite [RHS]big_ord_recr /= tay_small // !mulmx0 scaler0 addr0 mulmx_sumr.
  by apply: eq_bigr => i _; rewrite -!scalemxAr.
rewrite [RHS]big_ord_recl /= !mulmx0 scaler0 add0r mulmx_sumr.
by apply: eq_bigr => i _; rewrite -scalemxAl -!scalemxAr scalerA -exprS.
Qed.

Variable s : nat -> R.
Hypothesis patterns : forall l i, `|D l 0 i| <= 1.
Hypothesis s_ge0 : forall l, 0 <= s l.
Hypothesis norms : forall l, opnorm (W l) (s l).
Let e l := frob (E l).

(* prod_{j < l, j != k} s_j *)
Definition others l k : R := \prod_(j < l | val j != k) s j.

Lemma frob_pattern l y : frob (diag_mx (D l) *m y) <= frob (y : 'cV_(w l.+1)).
Proof. by have := frob_mull y ler01 (opnorm_pattern (@patterns l)); rewrite mul1r. Qed.

Lemma tayS l i : frob (tay l.+1 i.+1) <= s l * frob (tay l i.+1) + e l * frob (tay l i).
Proof.
rewrite [tay l.+1 _]/=; apply: le_trans (frob_pattern _) _; apply: le_trans (frob_triangle _ _) _.
by rewrite ler_add ?frob_mull ?frob_ge0 //; apply: opnorm_frob.
Qed.

Lemma tay0 l : frob (tay l 0) <= \prod_(j < l) s j * frob x.
Proof.
elim: l => [|l ih]; first by rewrite big_ord0 mul1r.
rewrite [tay _ _]/= addr0 big_ord_recr /= mulrAC mulrC; apply: le_trans (frob_pattern _) _.
by apply: le_trans (frob_mull _ (s_ge0 l) (@norms l)) _; rewrite ler_wpmul2l.
Qed.

Lemma others_recr l k : (k < l)%N -> others l.+1 k = others l k * s l.
Proof. by move=> kl; rewrite /others big_mkcond big_ord_recr /= -big_mkcond gtn_eqF. Qed.

Lemma others_last l : others l.+1 l = \prod_(j < l) s j.
Proof.
rewrite /others big_mkcond big_ord_recr /= eqxx mulr1.
by apply: eq_bigr => j _; rewrite ltn_eqF.
Qed.

Lemma tay1 l : frob (tay l 1) <= \sum_(k < l) e k * others l k * frob x.
Proof.
elim: l => [|l ih]; first by rewrite big_ord0 /= /frob frob20 sqrtr0.
apply: le_trans (tayS l 0) _; rewrite big_ord_recr /= others_last ler_add //; last first.
  by rewrite -mulrA ler_wpmul2l ?frob_ge0 ?tay0.
rewrite (eq_bigr (fun k : 'I_l => s l * (e k * others l k * frob x))) => [|k _].
  by rewrite -mulr_sumr ler_wpmul2l.
by rewrite others_recr // mulrA [RHS]mulrC [RHS]mulrAC.
Qed.

Lemma others_ge0 l k : 0 <= others l k. Proof. exact: prodr_ge0. Qed.

(* Block k of the Hessian: when only layer k moves, the output has no second-order part ... *)
Theorem one_layer_is_linear k l i : (forall j, j != k -> E j = 0) -> tay l i.+2 = 0.
Proof.
move=> E0; have first m j : (m <= k)%N -> tay m j.+1 = 0.
  by elim: m j => [|m ih] [|j] mk //=; rewrite ih ?mulmx0 ?add0r 1?ltnW // E0 ?mul0mx ?mulmx0 // neq_ltn mk.
elim: l i => [|l ih] i //=; rewrite ih mulmx0 add0r.
have [lk|kl] := leqP l k; first by rewrite first ?mulmx0.
by rewrite E0 ?mul0mx ?mulmx0 // neq_ltn kl orbT.
Qed.

(* ... and the block is at most beta ||x||^2 prod_{j != k} ||W_j||^2 (arXiv 2602.08040, theorem 2). *)
Theorem block_curvature k l (L : 'M[R]_(w l)) beta : (k < l)%N -> 0 <= beta ->
  (forall y, quad L y <= beta * frob2 y) -> (forall j, j != k -> E j = 0) ->
  quad L (tay l 1) <= beta * frob2 x * \prod_(j < l | val j != k) s j ^+ 2 * frob2 (E k).
Proof.
move=> kl b0 Lb E0; apply: le_trans (Lb _) _; rewrite -!mulrA ler_wpmul2l //.
rewrite prodrXl -/(others l k) -!frob_sqr -!exprMn ler_pexpn2r ?nnegrE ?mulr_ge0 ?frob_ge0 ?others_ge0 //.
apply: le_trans (tay1 l) _; rewrite (bigD1 (Ordinal kl)) //= big1 ?addr0 => [|j jk].
  by rewrite mulrC [e _ * _]mulrC.
by rewrite /e E0 ?(inj_eq val_inj _ (Ordinal kl)) // /frob frob20 sqrtr0 !mul0r.
Qed.

(* All layers together, the Gauss-Newton part: sum_k prod_{j != k} ||W_j||^2 (arXiv 2602.08040, theorem 2). *)
Theorem gauss_newton_curvature l (L : 'M[R]_(w l)) beta : 0 <= beta ->
  (forall y, quad L y <= beta * frob2 y) ->
  quad L (tay l 1) <=
  beta * frob2 x * (\sum_(k < l) \prod_(j < l | val j != k) s j ^+ 2) * \sum_(k < l) frob2 (E k).
Proof.
move=> b0 Lb; apply: le_trans (Lb _) _; rewrite -!mulrA ler_wpmul2l //.
pose a : 'cV[R]_l := \col_k e k; pose b : 'cV[R]_l := \col_k others l k.
have -> : \sum_(k < l) frob2 (E k) = frob2 a.
  by rewrite frob2_col; apply: eq_bigr => k _; rewrite mxE frob_sqr.
have -> : \sum_(k < l) \prod_(j < l | val j != k) s j ^+ 2 = frob2 b.
  by rewrite frob2_col; apply: eq_bigr => k _; rewrite mxE prodrXl.
have h : frob (tay l 1) <= dot a b * frob x.
  apply: le_trans (tay1 l) _; rewrite -mulr_suml dotE big_ord_recl big_ord0 addr0 le_eqVlt.
  by apply/orP; left; apply/eqP; congr (_ * _); apply: eq_bigr => k _; rewrite !mxE.
rewrite -frob_sqr (@le_trans _ _ ((dot a b * frob x) ^+ 2)) //.
  by rewrite ler_pexpn2r ?nnegrE ?frob_ge0 // (le_trans (frob_ge0 _) h).
by rewrite exprMn frob_sqr mulrC ler_wpmul2l ?frob2_ge0 // mulrC cauchy_schwarz.
Qed.

End Network.

(* With the deviation from isometry in place of the norms, each layer relative to its gain c_j: the block is
   at most beta ||x||^2 prod_{j != k} nu_j (arXiv 2602.08040, theorem 2). *)
Corollary block_curvature_dfi (R : rcfType) (w : nat -> nat) (W E : forall l, 'M[R]_(w l.+1, w l))
    (D : forall l, 'rV[R]_(w l.+1)) (x : 'cV[R]_(w 0%N)) (c : nat -> R) k l (L : 'M[R]_(w l)) beta :
  (forall j i, `|D j 0 i| <= 1) -> (forall j, c j != 0) -> (k < l)%N -> 0 <= beta ->
  (forall y, quad L y <= beta * frob2 y) -> (forall j, j != k -> E j = 0) ->
  quad L (tay W E D x l 1) <=
  beta * frob2 x * \prod_(j < l | val j != k) nu (W j) (c j) * frob2 (E k).
Proof.
move=> D1 c0 kl b0 Lb E0.
have := block_curvature x D1 (fun j => sqrtr_ge0 (nu (W j) (c j))) (fun j => opnorm_nu (W j) (c0 j)) kl
  b0 Lb E0.
by under eq_bigr do rewrite sqr_sqrtr ?nu_ge0 //.
Qed.

(* ... with the smaller of the two deviations of each layer, as `fire_ref.theory` computes it
   (arXiv 2602.08040, theorem 2). *)
Corollary block_curvature_short (R : rcfType) (w : nat -> nat) (W E : forall l, 'M[R]_(w l.+1, w l))
    (D : forall l, 'rV[R]_(w l.+1)) (x : 'cV[R]_(w 0%N)) (c : nat -> R) k l (L : 'M[R]_(w l)) beta :
  (forall j i, `|D j 0 i| <= 1) -> (forall j, c j != 0) -> (k < l)%N -> 0 <= beta ->
  (forall y, quad L y <= beta * frob2 y) -> (forall j, j != k -> E j = 0) ->
  quad L (tay W E D x l 1) <=
  beta * frob2 x * \prod_(j < l | val j != k) Num.min (nu (W j) (c j)) (nu (W j)^T (c j)) * frob2 (E k).
Proof.
move=> D1 c0 kl b0 Lb E0; pose s j := Num.min (nu (W j) (c j)) (nu (W j)^T (c j)).
have s0 j : 0 <= s j by rewrite /s le_minr !nu_ge0.
have := block_curvature x D1 (fun j => sqrtr_ge0 (s j)) (fun j => opnorm_nu_short (W j) (c0 j)) kl b0 Lb E0.
by under eq_bigr do rewrite sqr_sqrtr //.
Qed.
