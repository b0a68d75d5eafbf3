(* Neuron activity and the row norms of a layer: arXiv 2602.08040, theorem 4.

   share a j = a_j / mean_i a_i; act w = E |phi (w x)| is the mean activity of the unit with the weights w
   (a row). The expectation is not constructed: E is any functional with the three properties that the proof
   uses, which are those of the expectation for an input x whose law is rotation-invariant (white covariance
   is not enough). *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Activity.
Variable R : rcfType.

Definition share {m} (a : 'I_m -> R) (j : 'I_m) : R := a j / ((\sum_i a i) / m%:R).
Definition row_norm {m n} (W : 'M[R]_(m, n)) (j : 'I_m) : R := frob (row j W).

Lemma frob2_row m n (W : 'M[R]_(m, n)) j : frob2 (row j W) = (W *m W^T) j j.
Proof.
rewrite frob2E mxE; apply: eq_bigr => k _.
by rewrite big_ord_recl big_ord0 addr0 !mxE expr2.
Qed.

(* The reflection that exchanges two rows of equal norm. *)
Lemma reflection n (v w : 'rV[R]_n) : frob2 v = frob2 w -> exists2 Q : 'M[R]_n, iso Q & v *m Q = w.
Proof.
move=> vw; have [<-|/negbTE vNw] := eqVneq v w.
  by exists 1%:M; rewrite /iso ?trmx1 mulmx1.
pose u := v - w; pose b := frob2 u.
have b0 : b != 0 by rewrite /b frob2_eq0 subr_eq0 vNw.
have two : 2%:R != 0 :> R by rewrite pnatr_eq0.
have dot11 (y z : 'rV[R]_n) : y *m z^T = (dot y z)%:M.
  by rewrite [LHS]mx11_scalar -dot_tr /dot trmxK /mxtrace big_ord1.
have vu : v *m u^T = (b / 2%:R)%:M.
  by rewrite dot11 /b /u frob2B dotBr -vw -frob2_dot; congr (_%:M); field.
have uu : u *m u^T = b%:M by rewrite dot11.
have -> : w = v - u by rewrite opprB addrC subrK.
move: b b0 uu vu; rewrite -/u; move: u => u b b0 uu vu; exists (1%:M - (2%:R / b) *: (u^T *m u)); last first.
  rewrite mulmxBr mulmx1 -scalemxAr mulmxA vu mul_scalar_mx scalerA.
  have -> : 2%:R / b * (b / 2%:R) = 1 by field.
  by rewrite scale1r.
have S : (1%:M - (2%:R / b) *: (u^T *m u))^T = 1%:M - (2%:R / b) *: (u^T *m u).
  by rewrite [LHS]linearB /= [in LHS]linearZ /= trmx1 trmx_mul trmxK.
rewrite /iso S mulmxBl mul1mx mulmxBr mulmx1 -scalemxAl -scalemxAr.
rewrite mulmxA -(mulmxA u^T u) uu mul_mx_scalar -scalemxAl !scalerA.
have -> : 2%:R / b * (2%:R / b) * b = 2%:R / b + 2%:R / b by field.
by rewrite scalerDl opprB addrK subrK.
Qed.

Lemma share_scale m K (a b : 'I_m -> R) j : K != 0 -> (forall i, a i = K * b i) -> share a j = share b j.
Proof.
move=> K0 ab; rewrite /share ab (eq_bigr (fun i => K * b i)) => [|i _]; last exact: ab.
by rewrite -mulr_sumr -(mulrA K (\sum_i _)) -mulf_div divff ?mul1r.
Qed.

Lemma mean_between m (a : 'I_m -> R) l u (j : 'I_m) : (forall i, l <= a i <= u) ->
  l <= (\sum_i a i) / m%:R <= u.
Proof.
move=> b; have m0 : 0 < m%:R :> R by rewrite ltr0n (leq_ltn_trans _ (ltn_ord j)).
rewrite ler_pdivl_mulr // ler_pdivr_mulr // !mulr_natr -[m in l *+ m]card_ord -[m in u *+ m]card_ord.
by rewrite -!sumr_const; apply/andP; split; apply: ler_sum => i _; case/andP: (b i).
Qed.

(* If every squared row norm is within eps of c^2, relatively, the normalised activities lie between
   sqrt((1-eps)/(1+eps)) and its inverse (arXiv 2602.08040, theorem 4, for the row Gram matrix). *)
Theorem activity_bounds m n (W : 'M[R]_(m, n)) c eps j : eps < 1 ->
  (forall i, `|(W *m W^T) i i / c ^+ 2 - 1| <= eps) ->
  Num.sqrt ((1 - eps) / (1 + eps)) <= share (row_norm W) j <= Num.sqrt ((1 + eps) / (1 - eps)).
Proof.
move=> e1 rows; have e0 : 0 <= eps := le_trans (normr_ge0 _) (rows j).
have c0 : 0 < c ^+ 2.
  rewrite lt_def sqr_ge0 andbT; apply: contraTneq (rows j) => ->.
  by rewrite invr0 mulr0 sub0r normrN normr1 -ltNge.
have a0 : 0 < 1 - eps by rewrite subr_gt0.
have b0 : 0 < 1 + eps by rewrite ltr_paddr.
pose l := Num.sqrt (c ^+ 2 * (1 - eps)); pose u := Num.sqrt (c ^+ 2 * (1 + eps)).
have l0 : 0 < l by rewrite sqrtr_gt0 mulr_gt0.
have u0 : 0 < u by rewrite sqrtr_gt0 mulr_gt0.
have b i : l <= row_norm W i <= u.
  have := rows i; rewrite ler_norml -frob2_row ler_subr_addl [X in _ && X]ler_subl_addl => /andP[].
  rewrite ler_pdivl_mulr // ler_pdivr_mulr // ![_ * c ^+ 2]mulrC => lo up.
  by apply/andP; split; apply: ler_wsqrtr.
have /andP[ml mu] := mean_between j b; have /andP[jl ju] := b j.
have q s t : 0 < t -> Num.sqrt (s / t) = Num.sqrt (c ^+ 2 * s) / Num.sqrt (c ^+ 2 * t).
  move=> t0; rewrite !(sqrtrM _ (ltW c0)) -mulf_div divff ?mul1r ?gt_eqF ?sqrtr_gt0 //.
  have [s0|s0] := leP 0 s; first by rewrite sqrtrM // sqrtrV // ltW.
  by rewrite (ltr0_sqrtr s0) mul0r ltr0_sqrtr // pmulr_llt0 ?invr_gt0.
rewrite (q _ _ b0) (q _ _ a0) -/l -/u /share; set M := _ / m%:R in ml mu *.
have M0 : 0 < M := lt_le_trans l0 ml.
rewrite ler_pdivl_mulr // mulrAC ler_pdivr_mulr // ler_pdivr_mulr // mulrAC ler_pdivl_mulr //.
by rewrite !ler_pmul // ltW // (lt_le_trans l0).
Qed.

(* No unit is tau-dormant (s_j <= tau) once eps < (1 - tau^2) / (1 + tau^2) (arXiv 2602.08040, theorem 4). *)
Corollary no_dormant_unit m n (W : 'M[R]_(m, n)) c eps tau j : 0 <= tau ->
  eps < (1 - tau ^+ 2) / (1 + tau ^+ 2) -> (forall i, `|(W *m W^T) i i / c ^+ 2 - 1| <= eps) ->
  tau < share (row_norm W) j.
Proof.
move=> t0; have p : 0 < 1 + tau ^+ 2 by rewrite ltr_paddr ?sqr_ge0.
rewrite ltr_pdivl_mulr // => et rows.
have e0 : 0 <= eps := le_trans (normr_ge0 _) (rows j).
have b0 : 0 < 1 + eps by rewrite ltr_paddr.
have h : tau ^+ 2 * (1 + eps) < 1 - eps.
  rewrite -subr_gt0 in et; rewrite -subr_gt0.
  by have -> : 1 - eps - tau ^+ 2 * (1 + eps) = 1 - tau ^+ 2 - eps * (1 + tau ^+ 2) by ring.
have e1 : eps < 1.
  by rewrite -subr_gt0 (le_lt_trans _ h) // mulr_ge0 ?sqr_ge0 ?ltW.
have /andP[+ _] := activity_bounds j e1 rows; apply: lt_le_trans.
rewrite -[X in X < _](ger0_norm t0) -sqrtr_sqr ltr_sqrt; first by rewrite ltr_pdivl_mulr.
by rewrite divr_gt0 ?subr_gt0.
Qed.

Lemma dfi_row m n (W : 'M[R]_(m, n)) c i :
  `|(W *m W^T) i i / c ^+ 2 - 1| <= Num.sqrt (dfi (c^-1 *: W)^T).
Proof.
rewrite -sqrtr_sqr; apply: ler_wsqrtr; rewrite /dfi trmxK linearZ /= -scalemxAl -scalemxAr scalerA.
rewrite frob2E (bigD1 i) //= (bigD1 i) //= !mxE eqxx mulr1n -expr2 exprVn mulrC -addrA ler_addl.
rewrite addr_ge0 ?sumr_ge0 // => [k _|k _]; first exact: sqr_ge0.
by apply: sumr_ge0 => l _; apply: sqr_ge0.
Qed.

(* The deviation from isometry of W^T / c (the side that can vanish for d_out <= d_in) serves as eps^2
   (arXiv 2602.08040, theorem 4). *)
Corollary activity_bounds_dfi m n (W : 'M[R]_(m, n)) c j : let eps := Num.sqrt (dfi (c^-1 *: W)^T) in
  eps < 1 -> Num.sqrt ((1 - eps) / (1 + eps)) <= share (row_norm W) j <= Num.sqrt ((1 + eps) / (1 - eps)).
Proof. by move=> eps e1; apply: (@activity_bounds _ _ W c) => // i; apply: dfi_row. Qed.

(* For d_out > d_in the deviation from isometry says nothing: [1; 0] has deviation 0 and its last k units
   are dead (arXiv 2602.08040, theorem 4, counter-example). *)
Theorem tall_isometry_with_dead_units n k (W := col_mx 1%:M 0 : 'M[R]_(n + k, n)) :
  dfi W = 0 /\ forall j : 'I_k, share (row_norm W) (rshift n j) = 0.
Proof.
split=> [|j]; first by apply/dfi_eq0; rewrite /iso tr_col_mx mul_row_col trmx1 mulmx1 trmx0 mul0mx addr0.
rewrite /share; have -> : row_norm W (rshift n j) = 0.
  by apply/eqP; rewrite /row_norm frob_eq0 rowKd row0.
by rewrite mul0r.
Qed.

Section Expectation.
Variables (n : nat) (phi : R -> R) (E : ('cV[R]_n -> R) -> R).
Definition act (w : 'rV[R]_n) : R := E (fun x => `|phi ((w *m x) 0 0)|).
Hypothesis phi_homogeneous : forall t y, 0 <= t -> phi (t * y) = t * phi y.
Hypothesis E_ext : forall f g, f =1 g -> E f = E g.
Hypothesis E_scale : forall w t, 0 <= t -> E (fun x => t * `|phi ((w *m x) 0 0)|) = t * act w.
Hypothesis E_rotation : forall w Q, iso Q -> E (fun x => `|phi ((w *m (Q *m x)) 0 0)|) = act w.

Lemma actZ w t : 0 <= t -> act (t *: w) = t * act w.
Proof.
move=> t0; rewrite -E_scale //; apply: E_ext => x.
by rewrite -scalemxAl mxE phi_homogeneous // normrM ger0_norm.
Qed.

Lemma act_rotation w (Q : 'M_n) : iso Q -> act (w *m Q) = act w.
Proof. by move=> QQ; rewrite -(E_rotation w QQ); apply: E_ext => x; rewrite mulmxA. Qed.

(* The mean activity of a unit is proportional to the norm of its weights when the input is rotation-invariant
   and phi is positively homogeneous (arXiv 2602.08040, theorem 4). *)
Theorem activity_proportional_to_norm v w : act v * frob w = act w * frob v.
Proof.
have [->|v0] := eqVneq v 0; first by rewrite -(scale0r (0 : 'rV_n)) actZ // mul0r frobZ normr0 !mul0r mulr0.
have f0 : frob v != 0 by rewrite frob_eq0.
have t0 : 0 <= frob w / frob v by rewrite divr_ge0 ?frob_ge0.
have [|Q QQ wE] := @reflection n ((frob w / frob v) *: v) w.
  by rewrite frob2Z -!frob_sqr exprMn exprVn divfK ?expf_neq0.
by rewrite -[in RHS]wE act_rotation // actZ // [RHS]mulrAC divfK // mulrC.
Qed.

(* Hence the normalised activities are the normalised row norms, s_j = ||w_j|| / mean_i ||w_i||
   (arXiv 2602.08040, theorem 4); some unit must be active, else they are 0 / 0. *)
Theorem activity_share m (W : 'M[R]_(m, n)) i j :
  act (row i W) != 0 -> share (fun k => act (row k W)) j = share (row_norm W) j.
Proof.
move=> a0; have r0 : row_norm W i != 0.
  by apply: contraNneq a0 => /eqP; rewrite frob_eq0 => /eqP->; rewrite -(scale0r (0 : 'rV_n)) actZ ?mul0r.
apply: (@share_scale _ (act (row i W) / row_norm W i)) => [|k]; first by rewrite mulf_neq0 ?invr_neq0.
by rewrite mulrAC activity_proportional_to_norm mulfK.
Qed.

(* Both together: the mean activities themselves are balanced (arXiv 2602.08040, theorem 4). *)
Corollary neuron_activity_bounds m (W : 'M[R]_(m, n)) c eps i j : act (row i W) != 0 -> eps < 1 ->
  (forall k, `|(W *m W^T) k k / c ^+ 2 - 1| <= eps) ->
  Num.sqrt ((1 - eps) / (1 + eps)) <= share (fun k => act (row k W)) j <= Num.sqrt ((1 + eps) / (1 - eps)).
Proof. by move=> a0 e1 rows; rewrite (activity_share j a0); apply: activity_bounds e1 rows. Qed.

End Expectation.

End Activity.
