(* The whole Hessian of a loss in the weights of a network: arXiv 2602.08040, theorem 2, all layers together.

   The notions are those of the file on curvature. others2 l k m is prod_{j != k, j != m} s_j over the layers
   j < l, and 0 for k = m: the table of the mixed blocks. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius curvature.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Hessian.
Variables (R : rcfType) (w : nat -> nat).
Variables (W E : forall l, 'M[R]_(w l.+1, w l)) (D : forall l, 'rV[R]_(w l.+1)) (x : 'cV[R]_(w 0)).
Variable s : nat -> R.
Hypothesis patterns : forall l i, `|D l 0 i| <= 1.
Hypothesis s_ge0 : forall l, 0 <= s l.
Hypothesis norms : forall l, opnorm (W l) (s l).
Let e l := frob (E l).
Let tay l i := tay W E D x l i.

Definition others2 l k m : R := if k == m then 0 else \prod_(j < l | (val j != k) && (val j != m)) s j.
Let mixed l : R := \sum_(k < l) \sum_(m < l) e k * e m * others2 l k m.

Lemma others2_recr l k m : (k < l)%N -> (m < l)%N -> others2 l.+1 k m = others2 l k m * s l.
Proof.
move=> kl ml; rewrite /others2; case: eqP => _; first by rewrite mul0r.
by rewrite big_mkcond big_ord_recr /= -big_mkcond !gtn_eqF.
Qed.

Lemma others2_diag l k : others2 l k k = 0. Proof. by rewrite /others2 eqxx. Qed.

Lemma others2C l k m : others2 l k m = others2 l m k.
Proof. by rewrite /others2 eq_sym; case: eqP => // _; apply: eq_bigl => j; rewrite andbC. Qed.

Lemma others2_last l k : (k < l)%N -> others2 l.+1 k l = others s l k.
Proof.
move=> kl; rewrite /others2 ltn_eqF // big_mkcond big_ord_recr /= eqxx andbF mulr1 /others [RHS]big_mkcond.
by apply: eq_bigr => j _; rewrite (ltn_eqF (ltn_ord j)) andbT.
Qed.

Lemma mixed_recr l : mixed l.+1 = s l * mixed l + 2%:R * e l * \sum_(k < l) e k * others s l k.
Proof.
rewrite /mixed big_ord_recr /= big_ord_recr /= others2_diag mulr0 addr0.
rewrite (eq_bigr (fun k : 'I_l => s l * (\sum_(m < l) e k * e m * others2 l k m) +
                                  e l * (e k * others s l k))) => [|k _]; last first.
  rewrite big_ord_recr /= others2_last // mulr_sumr; congr (_ + _); last by rewrite mulrA [e l * _]mulrC.
  by apply: eq_bigr => m _; rewrite others2_recr // mulrA mulrC.
rewrite big_split /= -!mulr_sumr -addrA; congr (_ + _).
have -> : \sum_(m < l) e l * e m * others2 l.+1 l m = e l * \sum_(k < l) e k * others s l k.
  by rewrite mulr_sumr; apply: eq_bigr => m _; rewrite others2C others2_last // mulrA.
by rewrite -mulrA mulr_natl mulr2n.
Qed.

Lemma tay2 l : 2%:R * frob (tay l 2) <= mixed l * frob x.
Proof.
elim: l => [|l ih]; first by rewrite /mixed big_ord0 mul0r /tay /= /frob frob20 sqrtr0 mulr0.
rewrite mixed_recr mulrDl; apply: le_trans (_ : 2%:R * (s l * frob (tay l 2) + e l * frob (tay l 1)) <= _).
  by rewrite ler_wpmul2l ?ler0n //; apply: tayS.
rewrite mulrDr ler_add //; first by rewrite mulrCA -mulrA ler_wpmul2l.
rewrite mulrA -[X in _ <= X]mulrA ler_wpmul2l ?mulr_ge0 ?ler0n ?frob_ge0 // mulr_suml.
exact: tay1.
Qed.

(* The second derivative along any direction E is at most
   (beta ||x||^2 sum_k prod_{j != k} ||W_j||^2 + ||g|| ||x|| ||T||_2) ||E||^2, T the table of the products
   without two factors, g the gradient of the loss in the output (arXiv 2602.08040, theorem 2, all layers). *)
Theorem hessian_bound l (L : 'M[R]_(w l)) (g : 'cV[R]_(w l)) beta tau :
  0 <= beta -> (forall y, quad L y <= beta * frob2 y) ->
  0 <= tau -> opnorm (\matrix_(k < l, m < l) others2 l k m) tau ->
  quad L (tay l 1) + 2%:R * dot g (tay l 2) <=
  (beta * frob2 x * (\sum_(k < l) \prod_(j < l | val j != k) s j ^+ 2) + frob g * frob x * tau) *
  \sum_(k < l) frob2 (E k).
Proof.
move=> b0 Lb t0 Tt; rewrite mulrDl ler_add ?gauss_newton_curvature //.
have mixed_le : mixed l <= tau * \sum_(k < l) frob2 (E k).
  pose a : 'cV[R]_l := \col_k e k; set T := (\matrix_(k, m) _) in Tt.
  have -> : \sum_(k < l) frob2 (E k) = frob2 a.
    by rewrite frob2_col; apply: eq_bigr => k _; rewrite mxE frob_sqr.
  have -> : mixed l = dot a (T *m a).
    rewrite dotE big_ord_recl big_ord0 addr0; apply: eq_bigr => k _; rewrite !mxE mulr_sumr.
    by apply: eq_bigr => m _; rewrite !mxE -mulrA [e m * _]mulrC.
  apply: le_trans (ler_norm _) _; apply: le_trans (dot_le _ _) _.
  by rewrite -frob_sqr expr2 mulrCA ler_wpmul2l ?frob_ge0 // frob_mull.
apply: (@le_trans _ _ (frob g * (2%:R * frob (tay l 2)))).
  rewrite mulrCA ler_wpmul2l ?ler0n //; exact: le_trans (ler_norm _) (dot_le _ _).
rewrite -!mulrA ler_wpmul2l ?frob_ge0 //; apply: le_trans (tay2 l) _.
by rewrite mulrC ler_wpmul2l ?frob_ge0.
Qed.

End Hessian.
