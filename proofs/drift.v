(* Drift of the features of a network: arXiv 2602.08040, theorem 1.

   Rows are samples; layer l has the weights W l (w l.+1 x w l, any widths): feat W 0 = Z and
   feat W l.+1 = phi (feat W l (W l)^T), phi entrywise, 1-Lipschitz, phi 0 = 0; no biases. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius curvature gram_drift.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Drift.
Variables (R : rcfType) (samples : nat) (w : nat -> nat) (Z : 'M[R]_(samples, w 0)) (phi : R -> R).

Fixpoint feat (W : forall l, 'M[R]_(w l.+1, w l)) (l : nat) : 'M[R]_(samples, w l) :=
  match l with 0 => Z | k.+1 => map_mx phi (feat W k *m (W k)^T) end.

Hypothesis phi0 : phi 0 = 0.
Hypothesis phi_lipschitz : forall a b, `|phi a - phi b| <= `|a - b|.
Variables W V : forall l, 'M[R]_(w l.+1, w l).

Lemma frob_phi m n (A B : 'M[R]_(m, n)) : frob (map_mx phi A - map_mx phi B) <= frob (A - B).
Proof.
apply: ler_wsqrtr; rewrite !frob2E; apply: ler_sum => j _; apply: ler_sum => i _; rewrite !mxE.
by rewrite -real_normK ?num_real // -[X in _ <= X]real_normK ?num_real // ler_pexpn2r ?nnegrE.
Qed.

Lemma frob_phi0 m n (A : 'M[R]_(m, n)) : frob (map_mx phi A) <= frob A.
Proof.
have := frob_phi A 0; rewrite subr0; suff -> : map_mx phi (0 : 'M[R]_(m, n)) = 0 by rewrite subr0.
by apply/matrixP => i j; rewrite !mxE.
Qed.

Lemma frob_mulr_tr m n p (A : 'M[R]_(m, n)) (B : 'M[R]_(p, n)) s : 0 <= s -> opnorm B s ->
  frob (A *m B^T) <= s * frob A.
Proof. by move=> s0 Bs; rewrite -frob_tr trmx_mul trmxK -(frob_tr A); apply: frob_mull. Qed.

Variables s t d : nat -> R.
Hypothesis s_ge0 : forall l, 0 <= s l.
Hypothesis t_ge0 : forall l, 0 <= t l.
Hypothesis d_ge0 : forall l, 0 <= d l.
Hypothesis W_norm : forall l, opnorm (W l) (s l).
Hypothesis V_norm : forall l, opnorm (V l) (t l).
Hypothesis diff_norm : forall l, opnorm (W l - V l) (d l).

Lemma feat_norm l : frob (feat W l) <= frob Z * \prod_(j < l) s j.
Proof.
elim: l => [|l ih]; first by rewrite big_ord0 mulr1.
rewrite [feat _ _]/= big_ord_recr /= mulrA mulrC; apply: le_trans (frob_phi0 _) _.
apply: le_trans (frob_mulr_tr _ (s_ge0 l) (@W_norm l)) _.
by rewrite ler_wpmul2l.
Qed.

(* The features move by at most ||Z|| sum_k ||W_k - V_k|| prod_{j < k} ||W_j|| prod_{j > k} ||V_j||
   (arXiv 2602.08040, theorem 1, sharpened). *)
Theorem feature_drift l : frob (feat W l - feat V l) <=
  frob Z * \sum_(k < l) d k * (\prod_(j < k) s j * \prod_(k.+1 <= j < l) t j).
Proof.
elim: l => [|l ih]; first by rewrite big_ord0 mulr0 subrr /frob frob20 sqrtr0.
rewrite [feat W _]/= [feat V _]/=; apply: le_trans (frob_phi _ _) _.
have -> : feat W l *m (W l)^T - feat V l *m (V l)^T =
    (feat W l - feat V l) *m (V l)^T + feat W l *m (W l - V l)^T.
  by rewrite linearB /= mulmxBl mulmxBr [RHS]addrC addrA subrK.
apply: le_trans (frob_triangle _ _) _; rewrite big_ord_recr /= big_geq // mulr1 mulrDr ler_add //.
  apply: le_trans (frob_mulr_tr _ (t_ge0 l) (@V_norm l)) _.
  rewrite (eq_bigr (fun k : 'I_l => t l * (d k * (\prod_(j < k) s j * \prod_(k.+1 <= j < l) t j)))).
    by rewrite -mulr_sumr mulrCA ler_wpmul2l.
  by move=> k _; rewrite big_nat_recr //= [RHS]mulrC !mulrA.
apply: le_trans (frob_mulr_tr _ (d_ge0 l) (@diff_norm l)) _.
by rewrite mulrCA ler_wpmul2l // feat_norm.
Qed.

End Drift.

Section Paper.
Variables (R : rcfType) (samples : nat) (w : nat -> nat) (Z : 'M[R]_(samples, w 0)) (phi : R -> R).
Hypothesis phi0 : phi 0 = 0.
Hypothesis phi_lipschitz : forall a b, `|phi a - phi b| <= `|a - b|.
Variables (W V : forall l, 'M[R]_(w l.+1, w l)) (S : R).
Hypothesis S_ge0 : 0 <= S.
Hypothesis W_norm : forall l, opnorm (W l) S.
Hypothesis V_norm : forall l, opnorm (V l) S.

Lemma sum_le_sqrt l (a : nat -> R) :
  \sum_(k < l) a k <= Num.sqrt l%:R * Num.sqrt (\sum_(k < l) a k ^+ 2).
Proof.
pose u : 'cV[R]_l := \col_k a k; pose o : 'cV[R]_l := const_mx 1.
have -> : \sum_(k < l) a k = dot o u.
  by rewrite dotE big_ord_recl big_ord0 addr0; apply: eq_bigr => k _; rewrite !mxE mul1r.
have -> : l%:R = frob2 o.
  by rewrite frob2_col (eq_bigr (fun=> 1)) ?sumr_const ?card_ord // => k _; rewrite mxE expr1n.
have -> : \sum_(k < l) a k ^+ 2 = frob2 u by rewrite frob2_col; apply: eq_bigr => k _; rewrite mxE.
exact: le_trans (ler_norm _) (dot_le _ _).
Qed.

(* With every norm at most S: ||H - H~||_F <= ||Z||_F S^(l-1) sqrt l sqrt (SFE), SFE summed over the layers
   (arXiv 2602.08040, theorem 1). *)
Corollary feature_drift_sfe l : frob (feat Z phi W l - feat Z phi V l) <=
  frob Z * S ^+ l.-1 * (Num.sqrt l%:R * Num.sqrt (\sum_(k < l) sfe (W k) (V k))).
Proof.
apply: le_trans (feature_drift Z phi0 phi_lipschitz (fun=> S_ge0) (fun=> S_ge0)
  (fun k => frob_ge0 (W k - V k)) W_norm V_norm (fun k => @opnorm_frob _ _ _ (W k - V k)) l) _.
rewrite -mulrA ler_wpmul2l ?frob_ge0 //.
rewrite (eq_bigr (fun k : 'I_l => S ^+ l.-1 * frob (W k - V k))) => [|k _]; last first.
  rewrite mulrC prodr_const card_ord prodr_const_nat -exprD; congr (S ^+ _ * _).
  by case: l k => [[]|l] // k; rewrite subSS subnKC // -ltnS.
rewrite -mulr_sumr ler_wpmul2l ?exprn_ge0 //; apply: le_trans (sum_le_sqrt _ (fun k => frob (W k - V k))) _.
by under eq_bigr do rewrite frob_sqr.
Qed.

(* The paper's bound on the normalised Gram matrices, m any positive lower bound of ||H|| + ||H~||
   (arXiv 2602.08040, theorem 1). *)
Corollary gram_drift_sfe l m (H := feat Z phi W l) (G := feat Z phi V l) : H != 0 -> G != 0 ->
  0 < m -> m <= frob H + frob G -> frob (gram H - gram G) <=
  4%:R * frob Z / m * Num.sqrt l%:R * S ^+ l.-1 * Num.sqrt (\sum_(k < l) sfe (W k) (V k)).
Proof.
move=> H0 G0 m0 mle; apply: le_trans (gram_drift_paper H0 G0) _.
apply: (@le_trans _ _ (4%:R * frob (H - G) / m)).
  by rewrite ler_wpmul2l ?mulr_ge0 ?ler0n ?frob_ge0 // lef_pinv ?posrE // (lt_le_trans m0).
have -> : 4%:R * frob Z / m * Num.sqrt l%:R * S ^+ l.-1 * Num.sqrt (\sum_(k < l) sfe (W k) (V k)) =
  4%:R * (frob Z * S ^+ l.-1 * (Num.sqrt l%:R * Num.sqrt (\sum_(k < l) sfe (W k) (V k)))) / m.
  move: (Num.sqrt _) (Num.sqrt _) (frob Z) (S ^+ _) (m^-1) => a b c e f; ring.
by rewrite ler_wpmul2r ?invr_ge0 ?(ltW m0) // ler_wpmul2l ?ler0n // feature_drift_sfe.
Qed.

End Paper.
