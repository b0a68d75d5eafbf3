(* What a nearly isometric layer does to Gram matrices and ranks, before the activation:
   arXiv 2602.08040, theorem 3.
   The rows of X are samples.

   near W c eps: (1 - eps) ||y||^2 <= ||W y||^2 / c^2 <= (1 + eps) ||y||^2 for every y, that is,
   ||W^T W / c^2 - I||_2 <= eps. With eps < 1 it needs d_out >= d_in. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius curvature.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section EffectiveRank.
Variable R : rcfType.

Definition near {m n} (W : 'M[R]_(m, n)) (c eps : R) : Prop := forall y : 'cV[R]_n,
  (1 - eps) * frob2 y <= frob2 (W *m y) / c ^+ 2 <= (1 + eps) * frob2 y.

(* The deviation from isometry of W / c supplies eps. *)
Theorem near_dfi m n (W : 'M[R]_(m, n)) c : c != 0 -> near W c (Num.sqrt (dfi (c^-1 *: W))).
Proof.
move=> c0 y; rewrite mulrC -exprVn -frob2Z scalemxAl; set V := c^-1 *: W.
have : `|frob2 (V *m y) - frob2 y| <= Num.sqrt (dfi V) * frob2 y.
  have -> : frob2 (V *m y) - frob2 y = dot y ((V^T *m V - 1%:M) *m y).
    by rewrite mulmxBl mul1mx dotBr frob2_dot dot_mull mulmxA.
  apply: le_trans (dot_le _ _) _; rewrite -(frob_sqr y) expr2 mulrCA.
  by rewrite ler_wpmul2l ?frob_ge0 // frob_mull ?frob_ge0 //; apply: opnorm_frob.
rewrite ler_norml ler_subr_addl => /andP[lo up].
by rewrite mulrBl mulrDl !mul1r lo -ler_subl_addl up.
Qed.

Definition is_opnorm {p q} (A : 'M[R]_(p, q)) (s : R) : Prop :=
  [/\ 0 <= s, opnorm A s & forall t, 0 <= t -> opnorm A t -> s <= t].

Section Layer.
Variables (samples m n : nat) (X : 'M[R]_(samples, n)) (W : 'M[R]_(m, n)) (c eps : R).
Hypothesis c0 : c != 0.
Hypothesis W_near : near W c eps.
Let F := X *m W^T.

Lemma quad_gram p (A : 'M[R]_(samples, p)) z : quad (A *m A^T) z = frob2 (A^T *m z).
Proof. by rewrite quad_dot -mulmxA -[A in dot _ (A *m _)]trmxK -dot_mull. Qed.

Lemma F_tr (z : 'cV_samples) : F^T *m z = W *m (X^T *m z).
Proof. by rewrite trmx_mul trmxK mulmxA. Qed.

(* The Gram matrix of the samples changes by a factor between 1 - eps and 1 + eps in the Loewner order
   (arXiv 2602.08040, theorem 3). *)
Theorem gram_loewner :
  psd (c ^- 2 *: (F *m F^T) - (1 - eps) *: (X *m X^T)) /\
  psd ((1 + eps) *: (X *m X^T) - c ^- 2 *: (F *m F^T)).
Proof.
have q (a b : R) (A B : 'M_samples) z : quad (a *: A - b *: B) z = a * quad A z - b * quad B z.
  by rewrite !quad_dot mulmxBl dotBr -!scalemxAl !dotZr.
by split=> z; rewrite q !quad_gram F_tr subr_ge0 [c ^- 2 * _]mulrC; have /andP[] := W_near (X^T *m z).
Qed.

(* Hence the Frobenius norms ... *)
Lemma frob2_bounds : (1 - eps) * frob2 X <= frob2 F / c ^+ 2 <= (1 + eps) * frob2 X.
Proof.
rewrite -(frob2_tr X) -(frob2_tr F) (frob2_sum_col X^T) (frob2_sum_col F^T) mulr_suml !mulr_sumr.
apply/andP; split; apply: ler_sum => j _; rewrite [col j F^T]colE F_tr -colE;
  by have /andP[] := W_near (col j X^T); rewrite colE.
Qed.

Hypothesis eps0 : 0 <= eps.
Hypothesis eps1 : eps < 1.

(* The least operator norms change by the same factor. *)
Lemma opnorm_bounds a b : is_opnorm X a -> is_opnorm F b ->
  (1 - eps) * a ^+ 2 <= b ^+ 2 / c ^+ 2 <= (1 + eps) * a ^+ 2.
Proof.
move=> [a0 Xa Xmin] [b0 Fb Fmin]; have c2 : 0 < c ^+ 2 by rewrite exprn_even_gt0.
have e0 : 0 < 1 - eps by rewrite subr_gt0.
have e2 : 0 <= 1 + eps by rewrite addr_ge0 ?ler01.
have sq (x y : R) : 0 <= y -> (forall t, 0 <= t -> t ^+ 2 = y -> x <= t) -> 0 <= x -> x ^+ 2 <= y.
  move=> y0 h x0; rewrite -(sqr_sqrtr y0) ler_pexpn2r ?nnegrE ?sqrtr_ge0 // h ?sqrtr_ge0 //.
  by rewrite sqr_sqrtr.
apply/andP; split.
  rewrite mulrC -ler_pdivl_mulr //; apply: sq a0 => [|t t0 t2]; first by rewrite !divr_ge0 ?sqr_ge0 ?ltW.
  apply: Xmin => // y; rewrite -[X]trmxK; apply: opnorm_tr => z; rewrite t2.
  rewrite mulrAC ler_pdivl_mulr // mulrC; have /andP[h _] := W_near (X^T *m z).
  rewrite [X in X <= _]mulrC; apply: le_trans h _; rewrite -F_tr mulrA ler_wpmul2r ?invr_ge0 ?(ltW c2) //.
  by rewrite mulrC; apply: (opnorm_tr Fb).
rewrite ler_pdivr_mulr //; apply: sq b0 => [|t t0 t2].
  by rewrite mulr_ge0 ?sqr_ge0 // mulr_ge0 ?sqr_ge0.
apply: Fmin => // y; rewrite -[F]trmxK; apply: opnorm_tr => z; rewrite t2 F_tr.
have /andP[_ h] := W_near (X^T *m z); rewrite ler_pdivr_mulr // in h.
apply: le_trans h _; rewrite [X in _ <= X]mulrAC ler_wpmul2r ?(ltW c2) // -mulrA ler_wpmul2l //.
exact: (opnorm_tr Xa).
Qed.

(* The stable rank ||X||_F^2 / ||X||_2^2 changes by a factor between (1 - eps) / (1 + eps) and its inverse
   (arXiv 2602.08040, theorem 3). *)
Theorem stable_rank_bounds a b : is_opnorm X a -> is_opnorm F b -> X != 0 ->
  (1 - eps) / (1 + eps) * (frob2 X / a ^+ 2) <= frob2 F / b ^+ 2 <=
  (1 + eps) / (1 - eps) * (frob2 X / a ^+ 2).
Proof.
move=> Xa Fb X0; have /andP[bl bu] := opnorm_bounds Xa Fb; have /andP[fl fu] := frob2_bounds.
have c2 : 0 < c ^+ 2 by rewrite exprn_even_gt0.
have e1 : 0 < 1 - eps by rewrite subr_gt0.
have e2 : 0 < 1 + eps by rewrite ltr_paddr ?ltr01.
have f0 : 0 < frob2 X by rewrite frob2_gt0.
have a2 : 0 < a ^+ 2.
  rewrite lt_def sqr_ge0 andbT; apply: contraTneq f0 => a20; rewrite -leNgt.
  by case: Xa => _ /(opnorm_mull 1%:M); rewrite mulmx1 a20 mul0r.
have b2 : 0 < b ^+ 2 / c ^+ 2 by apply: lt_le_trans bl; rewrite mulr_gt0.
have -> : frob2 F / b ^+ 2 = frob2 F / c ^+ 2 / (b ^+ 2 / c ^+ 2).
  by rewrite invf_div mulrA divfK ?gt_eqF.
rewrite !mulf_div; apply/andP; split; apply: ler_pmul => //.
- by rewrite mulr_ge0 ?ltW.
- by rewrite invr_ge0 mulr_ge0 ?ltW.
- by rewrite lef_pinv ?posrE // mulr_gt0.
- by rewrite divr_ge0 ?frob2_ge0 ?ltW.
- by rewrite invr_ge0 ltW.
by rewrite lef_pinv ?posrE // mulr_gt0.
Qed.

(* The rank stays (arXiv 2602.08040, theorem 3). *)
Theorem rank_preserved : \rank F = \rank X.
Proof.
apply: mxrankMfree; rewrite -kermx_eq0; apply/eqP/row_matrixP => i; rewrite row0.
set u := row i _; have uW : W *m u^T = 0.
  by apply: trmx_inj; rewrite trmx_mul trmxK trmx0 /u -row_mul mulmx_ker row0.
have /andP[+ _] := W_near u^T; rewrite uW frob20 mul0r pmulr_rle0 ?subr_gt0 // => h.
by apply/eqP; rewrite -(inj_eq trmx_inj) trmx0 -frob2_eq0 eq_le h frob2_ge0.
Qed.

(* The condition number is at most sqrt ((1 + eps) / (1 - eps)): no two vectors are stretched more unevenly
   (arXiv 2602.08040, theorem 3). *)
Theorem condition_number (y z : 'cV[R]_n) : y != 0 -> z != 0 ->
  (frob (W *m y) / frob y) / (frob (W *m z) / frob z) <= Num.sqrt ((1 + eps) / (1 - eps)).
Proof.
move=> y0 z0; have c2 : 0 < c ^+ 2 by rewrite exprn_even_gt0.
have e1 : 0 < 1 - eps by rewrite subr_gt0.
have e2 : 0 < 1 + eps by rewrite ltr_paddr ?ltr01.
have yp : 0 < frob2 y by rewrite frob2_gt0.
have zp : 0 < frob2 z by rewrite frob2_gt0.
have /andP[_ up] := W_near y; have /andP[lo _] := W_near z.
have q0 : 0 < (1 - eps) * c ^+ 2 by rewrite mulr_gt0.
have q : (1 - eps) * c ^+ 2 <= frob2 (W *m z) / frob2 z.
  by rewrite ler_pdivl_mulr // mulrAC -ler_pdivl_mulr.
have p : frob2 (W *m y) / frob2 y <= (1 + eps) * c ^+ 2.
  by rewrite ler_pdivr_mulr // mulrAC -ler_pdivr_mulr.
rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?sqrtr_ge0 ?divr_ge0 ?frob_ge0 //.
rewrite sqr_sqrtr; last by rewrite divr_ge0 ?ltW.
rewrite !expr_div_n !frob_sqr; apply: (@le_trans _ _ ((1 + eps) * c ^+ 2 / ((1 - eps) * c ^+ 2))).
  apply: ler_pmul => //; first by rewrite divr_ge0 ?frob2_ge0.
    by rewrite invr_ge0 divr_ge0 ?frob2_ge0.
  by rewrite lef_pinv ?posrE // (lt_le_trans q0).
by rewrite -mulf_div divff ?mulr1 ?gt_eqF.
Qed.

End Layer.

(* For d_out < d_in no such bound holds: W = [1 0] has orthonormal rows, and some X of rank k has X W^T = 0
   (arXiv 2602.08040, theorem 3, counter-example). *)
Theorem wide_isometry_loses_rank m k (W := row_mx 1%:M 0 : 'M[R]_(m, m + k)) :
  iso W^T /\ exists X : 'M[R]_(k, m + k), \rank X = k /\ X *m W^T = 0.
Proof.
have e : W *m W^T = 1%:M by rewrite tr_row_mx mul_row_col trmx1 mulmx1 mul0mx addr0.
split; first by rewrite /iso trmxK.
exists (row_mx 0 1%:M); split; last by rewrite tr_row_mx mul_row_col mul0mx trmx0 mulmx0 addr0.
by apply/eqP/row_freeP; exists (col_mx 0 1%:M); rewrite mul_row_col mul0mx mulmx1 add0r.
Qed.

End EffectiveRank.
