(* Newton-Schulz after division by the Frobenius norm, NS_k(W): it never diverges, however ill-conditioned W
   is, it tends to the polar factor on the range of W and leaves the null space at zero; and a fixed k is
   not enough. W is given by a thin singular value decomposition; R has square roots, and convergence
   needs that every element of R is below a natural number, as real numbers are. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius scalar steps thin_svd iteration.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition nsk {R : rcfType} {m n} (k : nat) (W : 'M[R]_(m, n)) : 'M[R]_(m, n) :=
  iter k ns ((frob W)^-1 *: W).

(* 1 where the singular value is not zero, 0 where it is. *)
Definition support {R : ringType} {p} (d : 'rV[R]_p) : 'rV[R]_p := \row_j (d 0 j != 0)%:R.

(* Finitely many statements that hold from some step on hold together from some step on. *)
Lemma eventually_all (I : finType) (P : I -> nat -> Prop) :
  (forall i, exists K, forall k, (K <= k)%N -> P i k) ->
  exists K, forall k, (K <= k)%N -> forall i, P i k.
Proof.
move=> /fin_all_exists[f fP]; exists (\max_i f i) => k Kk i; apply: fP.
exact: leq_trans (leq_bigmax i) Kk.
Qed.

Section Convergence.
Variable R : rcfType.
Variables (m n p : nat) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)) (d : 'rV[R]_p).
Hypotheses (isoU : iso U) (isoV : iso V) (d0 : forall j, 0 <= d 0 j).
Local Notation W := (svd U d V).

(* After the division every singular value lies in [0, 1]. *)
Theorem prescaled_between j : 0 <= (frob W)^-1 * d 0 j <= 1.
Proof.
have [z|z] := eqVneq (frob W) 0; first by rewrite z invr0 mul0r lexx ler01.
have f0 : 0 < frob W by rewrite lt_def z frob_ge0.
rewrite mulr_ge0 ?invr_ge0 ?frob_ge0 //= mulrC ler_pdivr_mulr // mul1r.
rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?frob_ge0 // frob_sqr.
exact: singular_value_le_frob2.
Qed.

Lemma prescaled_gt0 j : 0 < d 0 j -> 0 < (frob W)^-1 * d 0 j.
Proof.
move=> dj; rewrite mulr_gt0 // invr_gt0 lt_def frob_ge0 andbT frob_eq0 -frob2_eq0.
rewrite gt_eqF // (lt_le_trans _ (singular_value_le_frob2 d j isoU isoV)) //.
exact: exprn_gt0.
Qed.

(* k steps, in singular values. *)
Theorem nsk_svd k : nsk k W = svd U (\row_j iter k nsf ((frob W)^-1 * d 0 j)) V.
Proof.
rewrite /nsk svdZ ns_iter_svd //; congr svd.
by apply/rowP => j; rewrite !mxE.
Qed.

(* However ill-conditioned W is, the iterates stay bounded: ||NS_k(W)||_F^2 <= p. *)
Theorem nsk_bounded k : frob2 (nsk k W) <= p%:R.
Proof.
rewrite nsk_svd frob2_svd // -[p in p%:R]card_ord -sumr_const.
apply: ler_sum => j _; rewrite mxE; have /andP[s0 s1] := prescaled_between j.
have /andP[lo hi] := iter_nsf_between k s0 s1.
by rewrite exprn_ile1 // (le_trans s0).
Qed.

(* The squared distance from the polar factor, exactly. *)
Theorem nsk_distance k :
  sfe (nsk k W) (U *m V^T) = \sum_j (1 - iter k nsf ((frob W)^-1 * d 0 j)) ^+ 2.
Proof.
rewrite nsk_svd sfe_svd_polar //; apply: eq_bigr => j _.
by rewrite mxE -sqrrN opprB.
Qed.

(* It never rises from one step to a later one. *)
Theorem nsk_distance_nonincreasing k l : (k <= l)%N ->
  sfe (nsk l W) (U *m V^T) <= sfe (nsk k W) (U *m V^T).
Proof.
move=> kl; rewrite !nsk_distance; apply: ler_sum => j _.
have /andP[s0 s1] := prescaled_between j.
have /andP[_ hk] := iter_nsf_between k s0 s1; have /andP[_ hl] := iter_nsf_between l s0 s1.
by rewrite ler_pexpn2r ?nnegrE ?subr_ge0 // ler_add2l ler_opp2 steps_nondecreasing.
Qed.

(* The step count: k1 steps bring the smallest value to 1/2, each of k2 further steps squares the error. *)
Theorem nsk_step_count k1 k2 :
  (forall j, 2%:R^-1 <= (11%:R / 8%:R) ^+ k1 * ((frob W)^-1 * d 0 j)) ->
  sfe (nsk (k1 + k2) W) (U *m V^T) <= p%:R * (2%:R / 3%:R * (3%:R / 4%:R) ^+ (2 ^ k2)) ^+ 2.
Proof.
move=> big; rewrite nsk_distance mulr_natl -[p in _ *+ p]card_ord -sumr_const.
apply: ler_sum => j _; have /andP[s0 s1] := prescaled_between j.
have /andP[_ hi] := iter_nsf_between (k1 + k2) s0 s1.
have sp : 0 < (frob W)^-1 * d 0 j.
  rewrite lt_def s0 andbT; apply: contraTneq (big j) => ->.
  by rewrite mulr0 -ltNge invr_gt0 ltr0n.
have count := step_count k2 sp s1 (big j).
have e0 : 0 <= 1 - iter (k1 + k2) nsf ((frob W)^-1 * d 0 j) by rewrite subr_ge0.
by rewrite ler_pexpn2r // nnegrE // (le_trans e0).
Qed.

(* Convergence for every rank: the limit has 1 for a positive singular value and 0 for a zero one. *)
Theorem nsk_converges_any_rank e : Num.archimedean_axiom R -> 0 < e ->
  exists K, forall k, (K <= k)%N -> sfe (nsk k W) (svd U (support d) V) <= e.
Proof.
move=> arch e0; pose q := e / p.+1%:R.
have q0 : 0 < q by rewrite divr_gt0 ?ltr0Sn.
have [j|K small] := @eventually_all _ (fun j k =>
  (iter k nsf ((frob W)^-1 * d 0 j) - (d 0 j != 0)%:R) ^+ 2 <= q).
  have [z|z] := eqVneq (d 0 j) 0.
    by exists 0%N => k _; rewrite z mulr0 steps_zero subrr expr0n ltW.
  have dj : 0 < d 0 j by rewrite lt_def z d0.
  have /andP[_ s1] := prescaled_between j; have s0 := prescaled_gt0 dj.
  have [K close] := steps_converge arch s0 s1 q0; exists K => k /close le_q.
  have /andP[lo hi] := iter_nsf_between k (ltW s0) s1.
  rewrite -sqrrN opprB; apply: le_trans le_q.
  by rewrite expr2 ler_pimull ?subr_ge0 // ler_subl_addr ler_addl (le_trans (ltW s0)).
exists K => k /small le_q; rewrite nsk_svd sfe_svd //.
apply: (@le_trans _ _ (\sum_(j < p) q)).
  by apply: ler_sum => j _; rewrite !mxE.
rewrite sumr_const card_ord -mulr_natl /q mulrCA ler_pimulr ?(ltW e0) //.
by rewrite ler_pdivr_mulr ?ltr0Sn // mul1r ler_nat.
Qed.

(* Rank deficient: however many steps, each zero singular value keeps distance 1 from the polar factor. *)
Theorem nsk_null_space_kept k : #|[pred j | d 0 j == 0]|%:R <= sfe (nsk k W) (U *m V^T).
Proof.
rewrite nsk_distance -sumr_const [X in X <= _]big_mkcond /=; apply: ler_sum => j _.
case: ifP => [/eqP z|_]; last exact: sqr_ge0.
by rewrite z mulr0 steps_zero subr0 expr1n.
Qed.

End Convergence.

(* Full rank: every tolerance on the distance to the polar factor is reached and kept. *)
Corollary nsk_converges (R : rcfType) m n p (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)) (d : 'rV[R]_p) e :
  Num.archimedean_axiom R -> iso U -> iso V -> (forall j, 0 < d 0 j) -> 0 < e ->
  exists K, forall k, (K <= k)%N -> sfe (nsk k (svd U d V)) (U *m V^T) <= e.
Proof.
move=> arch isoU isoV dp e0.
have [K close] := nsk_converges_any_rank isoU isoV (fun j => ltW (dp j)) arch e0.
exists K => k /close; suff -> : svd U (support d) V = U *m V^T by [].
by rewrite -svd_const1; congr svd; apply/rowP => j; rewrite !mxE gt_eqF.
Qed.

Section FixedSteps.
Variable R : rcfType.

(* What k steps make of a weight that is an isometry already: the same matrix, shrunk to f^k (1 / sqrt n). *)
Theorem nsk_isometry m n (W : 'M[R]_(m, n)) k :
  iso W -> nsk k W = iter k nsf (Num.sqrt n%:R)^-1 *: W.
Proof.
move=> WW; rewrite /nsk /frob frob2_iso //; set c := (Num.sqrt _)^-1.
have iso1 : iso (1%:M : 'M[R]_n) by rewrite /iso trmx1 mul1mx.
have Wsvd a : a *: W = svd W (const_mx a) 1%:M.
  by rewrite /svd diag_const_mx trmx1 mulmx1 mul_mx_scalar.
rewrite !Wsvd ns_iter_svd //; congr svd.
by apply/rowP => j; rewrite !mxE.
Qed.

(* A fixed k can move a layer away from isometry: the deviation of a wide enough one goes from 0 to 9/16 n. *)
Theorem fixed_k_leaves_isometry m n (W : 'M[R]_(m, n)) k :
  iso W -> 4%:R * (9%:R / 4%:R) ^+ k <= n%:R :> R ->
  dfi W = 0 /\ 9%:R / 16%:R * n%:R <= dfi (nsk k W).
Proof.
move=> WW big; split; first exact/dfi_eq0.
have n0 : 0 < n%:R :> R by apply: lt_le_trans big; rewrite mulr_gt0 ?exprn_gt0 ?divr_gt0 ?ltr0n.
have r0 : 0 < Num.sqrt n%:R :> R by rewrite sqrtr_gt0.
have r1 : (Num.sqrt n%:R)^-1 <= 1 :> R.
  by rewrite invf_le1 // -[X in X <= _]sqrtr1 ler_sqrt // ler1n -(@ltr0n R).
have c0 : 0 <= (Num.sqrt n%:R)^-1 :> R by rewrite invr_ge0 ltW.
rewrite nsk_isometry //; set c := iter _ _ _.
have c2 : c ^+ 2 <= 4%:R^-1.
  have le_c := steps_growth_le k c0 r1; have /andP[lo _] := iter_nsf_between k c0 r1.
  have cge0 : 0 <= c := le_trans c0 lo.
  apply: (@le_trans _ _ (((3%:R / 2%:R) ^+ k * (Num.sqrt n%:R)^-1) ^+ 2)).
    by rewrite ler_pexpn2r // nnegrE // (le_trans cge0).
  rewrite exprMn exprVn sqr_sqrtr ?ler0n // exprAC ler_pdivr_mulr //.
  have -> : (3%:R / 2%:R) ^+ 2 = 9%:R / 4%:R :> R by field.
  by rewrite ler_pdivl_mull ?ltr0n.
have -> : dfi (c *: W) = (1 - c ^+ 2) ^+ 2 * n%:R.
  have iso1 : iso (1%:M : 'M[R]_n) by rewrite /iso trmx1 mul1mx.
  rewrite /dfi [(c *: W)^T]linearZ /= -scalemxAl -scalemxAr WW scalerA -expr2.
  by rewrite -{2}[1%:M]scale1r -scalerBl frob2Z frob2_iso // -sqrrN opprB.
rewrite ler_pmul2r //.
have -> : 9%:R / 16%:R = (1 - 4%:R^-1) ^+ 2 :> R by field.
have le1 : 1 - 4%:R^-1 <= 1 - c ^+ 2 by rewrite ler_add2l ler_opp2.
have q0 : 0 <= 1 - 4%:R^-1 :> R by rewrite subr_ge0 invf_le1 ?ltr0n // ler1n.
by rewrite ler_pexpn2r // nnegrE // (le_trans q0).
Qed.

(* Five steps on an orthogonal 768 x 768 weight: the deviation from isometry goes from 0 to more than 432. *)
Corollary five_steps_768 (W : 'M[R]_768) : iso W -> dfi W = 0 /\ 432%:R <= dfi (nsk 5 W).
Proof.
move=> WW; have [|-> big] := fixed_k_leaves_isometry (k := 5) WW.
  rewrite expr_div_n -!natrX mulrA -natrM ler_pdivr_mulr ?ltr0n ?expn_gt0 //.
  by rewrite -natrM ler_nat; vm_compute.
split=> //; apply: le_trans big; rewrite mulrAC ler_pdivl_mulr ?ltr0n // -!natrM ler_nat.
by vm_compute.
Qed.

End FixedSteps.
