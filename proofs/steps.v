(* How many Newton-Schulz steps a singular value needs, and why a fixed number is never enough.
   Scaled into (0, 1], a value s rises at every step and tends to 1, however small it is: about
   log (1 / s) steps to 1/2, a few more from there. No k serves every s.
   The tolerance is stated for any field in which every element is below a natural number. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import scalar.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Steps.
Variable R : realFieldType.
Implicit Types s t e a : R.

Lemma iter_nsf_between s k : 0 <= s -> s <= 1 -> s <= iter k nsf s <= 1.
Proof.
move=> s0 s1; elim: k => [|k /andP[lo hi]]; first by rewrite /= lexx.
have /andP[up le1] := nsf_between (le_trans s0 lo) hi.
by rewrite iterS le1 andbT (le_trans lo).
Qed.

(* The iterates of 0 < s <= 1 stay in (0, 1] and never fall: no s makes the iteration diverge. *)
Theorem steps_bounded s k : 0 < s -> s <= 1 -> 0 < iter k nsf s <= 1.
Proof.
move=> s0 s1; have /andP[lo ->] := iter_nsf_between k (ltW s0) s1.
by rewrite (lt_le_trans s0 lo).
Qed.

(* More steps never give a smaller value. *)
Theorem steps_nondecreasing s k l :
  0 <= s -> s <= 1 -> (k <= l)%N -> iter k nsf s <= iter l nsf s.
Proof.
move=> s0 s1 kl; rewrite -(subnK kl) iterD.
have /andP[lo hi] := iter_nsf_between k s0 s1.
by have /andP[] := iter_nsf_between (l - k) (le_trans s0 lo) hi.
Qed.

(* Strictly inside (0, 1) every step is a gain, and 1 is not reached in finitely many steps. *)
Theorem steps_increasing s k :
  0 < s -> s < 1 -> iter k nsf s < iter k.+1 nsf s < 1.
Proof.
move=> s0 s1.
have step t : 0 < t -> t < 1 -> t < nsf t < 1.
  move=> t0 t1; have /andP[up _] := nsf_between (ltW t0) (ltW t1).
  apply/andP; split.
    rewrite lt_neqAle up andbT eq_sym nsf_fixed (gt_eqF t0) (lt_eqF t1) /=.
    by rewrite gt_eqF // (lt_trans _ t0) // oppr_lt0 ltr01.
  by rewrite -subr_gt0 nsf_gap divr_gt0 ?ltr0n ?mulr_gt0 ?exprn_gt0 ?subr_gt0 ?(addr_gt0 _ t0) ?ltr0n.
suff /andP[k0 k1] : 0 < iter k nsf s < 1 by apply: step.
elim: k => [|k /andP[k0 k1]]; first by rewrite /= s0.
by have /andP[up ->] := step _ k0 k1; rewrite (lt_trans k0 up).
Qed.

(* A smaller singular value stays the smaller one through all steps. *)
Theorem steps_monotone s t k : 0 <= s -> s <= t -> t <= 1 -> iter k nsf s <= iter k nsf t.
Proof.
move=> s0 st t1; elim: k => [//|k IH].
have /andP[lo _] := iter_nsf_between k s0 (le_trans st t1).
have /andP[_ hi] := iter_nsf_between k (le_trans s0 st) t1.
by rewrite !iterS nsf_monotone // (le_trans s0).
Qed.

(* First phase: after k steps the value is at least 1/2 or at least (11/8)^k s. *)
Lemma phase_one s k : 0 <= s -> s <= 1 -> 2%:R^-1 <= (11%:R / 8%:R) ^+ k * s ->
  2%:R^-1 <= iter k nsf s.
Proof.
move=> s0 s1 big.
suff : (2%:R^-1 <= iter k nsf s) || ((11%:R / 8%:R) ^+ k * s <= iter k nsf s).
  by case/orP => // /(le_trans big).
elim: k {big} => [|k IH]; first by rewrite expr0 mul1r lexx orbT.
have /andP[lo hi] := iter_nsf_between k s0 s1; have k0 := le_trans s0 lo.
have /andP[up _] := nsf_between k0 hi; rewrite iterS.
have [half|half] := leP 2%:R^-1 (iter k nsf s); first by rewrite (le_trans half up).
move: IH; rewrite leNgt half /= => IH; apply/orP; right; rewrite exprS -mulrA.
apply: le_trans (nsf_growth k0 (ltW half)).
by apply: ler_wpmul2l IH; rewrite divr_ge0 ?ler0n.
Qed.

(* Second phase: from 1/2 on, the number of correct digits doubles. *)
Lemma phase_two t k : 2%:R^-1 <= t -> t <= 1 ->
  1 - iter k nsf t <= 2%:R / 3%:R * (3%:R / 4%:R) ^+ (2 ^ k).
Proof.
move=> t2 t1; have t0 : 0 <= t by apply: le_trans t2; rewrite invr_ge0 ler0n.
elim: k => [|k IH].
  rewrite expr1 /= (_ : _ * _ = 1 - 2%:R^-1); last by field.
  by rewrite ler_add2l ler_opp2.
have /andP[_ hi] := iter_nsf_between k t0 t1; rewrite iterS.
apply: (le_trans (nsf_quadratic hi)); rewrite expnSr exprM.
set e := 1 - iter k nsf t in IH *; set q := _ ^+ (2 ^ k) in IH *.
rewrite (_ : 2%:R / 3%:R * q ^+ 2 = 3%:R / 2%:R * (2%:R / 3%:R * q) ^+ 2); last by field.
apply: ler_wpmul2l; first by rewrite divr_ge0 ?ler0n.
have e0 : 0 <= e by rewrite subr_ge0.
by rewrite ler_pexpn2r // nnegrE // (le_trans e0).
Qed.

(* The step count: k1 steps to bring s to 1/2, then k2 steps that square the error each time. *)
Theorem step_count s k1 k2 : 0 < s -> s <= 1 -> 2%:R^-1 <= (11%:R / 8%:R) ^+ k1 * s ->
  1 - iter (k1 + k2) nsf s <= 2%:R / 3%:R * (3%:R / 4%:R) ^+ (2 ^ k2).
Proof.
move=> s0 s1 big; rewrite addnC iterD; apply: phase_two.
  exact: phase_one (ltW s0) s1 big.
by have /andP[] := iter_nsf_between k1 (ltW s0) s1.
Qed.

(* The other side: k steps multiply s by at most (3/2)^k. *)
Theorem steps_growth_le s k : 0 <= s -> s <= 1 -> iter k nsf s <= (3%:R / 2%:R) ^+ k * s.
Proof.
move=> s0 s1; elim: k => [|k IH]; first by rewrite expr0 mul1r.
have /andP[lo _] := iter_nsf_between k s0 s1; rewrite iterS exprS -mulrA.
apply: (le_trans (nsf_growth_le (le_trans s0 lo))).
by apply: ler_wpmul2l IH; rewrite divr_ge0 ?ler0n.
Qed.

(* So a value below (2/3)^k a is still below a after k steps. *)
Corollary steps_needed s a k :
  0 <= s -> s <= 1 -> s < (2%:R / 3%:R) ^+ k * a -> iter k nsf s < a.
Proof.
move=> s0 s1 small; apply: (le_lt_trans (steps_growth_le k s0 s1)).
have p0 : 0 < (3%:R / 2%:R) ^+ k :> R by rewrite exprn_gt0 // divr_gt0 ?ltr0n.
rewrite -(ltr_pmul2l p0) mulrA -exprMn in small; move: small.
have -> : 3%:R / 2%:R * (2%:R / 3%:R) = 1 :> R by field.
by rewrite expr1n mul1r.
Qed.

(* k steps are not convergence: for every k some 0 < s <= 1 is still below any given a > 0. *)
Theorem fixed_steps_fail a k : 0 < a -> exists s : R, [/\ 0 < s, s <= 1 & iter k nsf s < a].
Proof.
move=> a0; pose b := Num.min a 1 / 2%:R.
have b0 : 0 < b by rewrite divr_gt0 ?ltr0n // lt_minr a0 ltr01.
have half c : 0 < c -> c / 2%:R < c :> R.
  by move=> c0; rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
have q0 : 0 < (2%:R / 3%:R) ^+ k :> R by rewrite exprn_gt0 // divr_gt0 ?ltr0n.
have q1 : (2%:R / 3%:R) ^+ k <= 1 :> R.
  by rewrite exprn_ile1 ?divr_ge0 ?ler0n // ler_pdivr_mulr ?ltr0n // mul1r ler_nat.
have m0 : 0 < Num.min a 1 by rewrite lt_minr a0 ltr01.
have bm := half _ m0.
have s1 : (2%:R / 3%:R) ^+ k * b <= 1.
  rewrite mulr_ile1 // ?(ltW q0) ?(ltW b0) // (le_trans (ltW bm)) //.
  by rewrite le_minl lexx orbT.
exists ((2%:R / 3%:R) ^+ k * b); split=> //; first exact: mulr_gt0.
apply: steps_needed => //; first by rewrite mulr_ge0 ?(ltW q0) ?(ltW b0).
rewrite ltr_pmul2l // (lt_le_trans bm) //.
by rewrite le_minl lexx.
Qed.

(* A singular value 0 stays 0: the null space is never filled in exact arithmetic. *)
Theorem steps_zero k : iter k nsf 0 = 0 :> R.
Proof. by elim: k => [//|k IH]; rewrite iterS IH nsf0. Qed.

(* Bernoulli, and with it powers that pass every bound. *)
Lemma bernoulli t k : 0 <= t -> 1 + t *+ k <= (1 + t) ^+ k.
Proof.
move=> t0; elim: k => [|k IH]; first by rewrite mulr0n addr0 expr0.
rewrite exprS; apply: (@le_trans _ _ ((1 + t) * (1 + t *+ k))).
  rewrite mulrS -subr_ge0; set u := t *+ k.
  have -> : (1 + t) * (1 + u) - (1 + (t + u)) = t * u by ring.
  by rewrite mulr_ge0 // mulrn_wge0.
by apply: ler_wpmul2l IH; rewrite addr_ge0 ?ler01.
Qed.

Lemma power_unbounded t e : Num.archimedean_axiom R -> 0 < t -> exists k, e < (1 + t) ^+ k.
Proof.
move=> arch t0; have [k ek] := arch (e / t); exists k.
apply: lt_le_trans (bernoulli k (ltW t0)); rewrite -mulr_natl.
have : e / t < k%:R by apply: le_lt_trans ek; apply: ler_norm.
by rewrite ltr_pdivr_mulr // => h; rewrite (lt_trans h) // ltr_addr ltr01.
Qed.

(* Every tolerance is reached, and kept from there on, from every 0 < s <= 1. *)
Theorem steps_converge s e : Num.archimedean_axiom R -> 0 < s -> s <= 1 -> 0 < e ->
  exists K, forall k, (K <= k)%N -> 1 - iter k nsf s <= e.
Proof.
move=> arch s0 s1 e0.
have pos38 : 0 < 3%:R / 8%:R :> R by rewrite divr_gt0 ?ltr0n.
have [k1 big1] := power_unbounded (2%:R^-1 / s) arch pos38.
have pos13 : 0 < 3%:R^-1 :> R by rewrite invr_gt0 ltr0n.
have [k2 big2] := power_unbounded e^-1 arch pos13.
exists (k1 + k2)%N => k /(steps_nondecreasing (ltW s0) s1) later.
apply: (@le_trans _ _ (1 - iter (k1 + k2) nsf s)); first by rewrite ler_add2l ler_opp2.
have {}big1 : 2%:R^-1 <= (11%:R / 8%:R) ^+ k1 * s.
  have -> : 11%:R / 8%:R = 1 + 3%:R / 8%:R :> R by field.
  by rewrite -ler_pdivr_mulr // ltW.
apply: le_trans (step_count k2 s0 s1 big1) _.
have q0 : 0 <= 3%:R / 4%:R :> R by rewrite divr_ge0 ?ler0n.
have q1 : 3%:R / 4%:R <= 1 :> R by rewrite ler_pdivr_mulr ?ltr0n // mul1r ler_nat.
apply: (@le_trans _ _ ((3%:R / 4%:R) ^+ k2)).
  apply: (@le_trans _ _ ((3%:R / 4%:R) ^+ (2 ^ k2))); last by rewrite ler_wiexpn2l // ltnW // ltn_expl.
  by rewrite ler_pimull ?exprn_ge0 // ler_pdivr_mulr ?ltr0n // mul1r ler_nat.
have p0 : 0 < (1 + 3%:R^-1) ^+ k2 :> R by rewrite exprn_gt0 // addr_gt0 ?ltr01.
rewrite (_ : 3%:R / 4%:R = (1 + 3%:R^-1)^-1); last by field.
by rewrite exprVn -[e]invrK lef_pinv ?posrE ?invr_gt0 // ltW.
Qed.

End Steps.

(* The same over an archimedean field, where the hypothesis holds by definition. *)
Corollary steps_converge_arch (R : archiFieldType) (s e : R) : 0 < s -> s <= 1 -> 0 < e ->
  exists K, forall k, (K <= k)%N -> 1 - iter k nsf s <= e.
Proof. by apply: steps_converge => x; exists (Num.bound `|x|); exact: archi_boundP. Qed.
