(* The scalar map of the cubic Newton-Schulz step, f s = 3/2 s - 1/2 s^3: one step X <- 3/2 X - 1/2 X X^T X
   applies it to every singular value (iteration.v). Inside s^2 < 3 it pulls towards 1; outside it flips
   the sign, alternates or diverges, which is why the weight is divided by its Frobenius norm first. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition nsf {R : unitRingType} (s : R) : R := 3%:R / 2%:R * s - 2%:R^-1 * s ^+ 3.

Section Scalar.
Variable R : realFieldType.
Implicit Types s t d : R.

Lemma two_neq0 : 2%:R != 0 :> R. Proof. by rewrite pnatr_eq0. Qed.

Lemma nsfM s : nsf s = s * ((3%:R - s ^+ 2) / 2%:R).
Proof. by rewrite /nsf; field. Qed.

Lemma nsf0 : nsf 0 = 0 :> R. Proof. by rewrite nsfM mul0r. Qed.

Lemma nsfN s : nsf (- s) = - nsf s. Proof. by rewrite !nsfM sqrrN mulNr. Qed.

Lemma half_ge0 s : 0 <= s -> 0 <= s / 2%:R. Proof. by move=> s0; rewrite divr_ge0 ?ler0n. Qed.

Lemma sqr_le1 s : 0 <= s -> s <= 1 -> s ^+ 2 <= 1. Proof. by move=> *; rewrite exprn_ile1. Qed.

(* What one step leaves of the distance to 1, exactly. *)
Theorem nsf_gap s : 1 - nsf s = (1 - s) ^+ 2 * (2%:R + s) / 2%:R.
Proof. by rewrite /nsf; field. Qed.

(* The map keeps the order of the singular values on [0, 1]. *)
Theorem nsf_monotone s t : 0 <= s -> s <= t -> t <= 1 -> nsf s <= nsf t.
Proof.
move=> s0 st t1; have t0 := le_trans s0 st; rewrite -subr_ge0.
have -> : nsf t - nsf s = (t - s) * (((1 - t ^+ 2) + (1 - t * s) + (1 - s ^+ 2)) / 2%:R).
  by rewrite /nsf; field.
have s1 := le_trans st t1.
rewrite mulr_ge0 ?subr_ge0 // half_ge0 // addr_ge0 ?subr_ge0 ?sqr_le1 //.
by rewrite addr_ge0 // subr_ge0 ?sqr_le1 // mulr_ile1.
Qed.

(* On [0, 1] a step never lowers a value and never overshoots 1. *)
Theorem nsf_between s : 0 <= s -> s <= 1 -> s <= nsf s <= 1.
Proof.
move=> s0 s1; apply/andP; split; rewrite -subr_ge0.
  have -> : nsf s - s = s * ((1 - s ^+ 2) / 2%:R) by rewrite /nsf; field.
  by rewrite mulr_ge0 // half_ge0 // subr_ge0 sqr_le1.
by rewrite nsf_gap half_ge0 // mulr_ge0 ?sqr_ge0 // addr_ge0 ?ler0n.
Qed.

(* Quadratic convergence: the distance to 1 is squared, times 3/2. *)
Theorem nsf_quadratic s : s <= 1 -> 1 - nsf s <= 3%:R / 2%:R * (1 - s) ^+ 2.
Proof.
move=> s1; rewrite -subr_ge0.
have -> : 3%:R / 2%:R * (1 - s) ^+ 2 - (1 - nsf s) = (1 - s) ^+ 2 * ((1 - s) / 2%:R).
  by rewrite /nsf; field.
by rewrite mulr_ge0 ?sqr_ge0 // half_ge0 // subr_ge0.
Qed.

(* A small value grows by at least 11/8 a step. *)
Theorem nsf_growth s : 0 <= s -> s <= 2%:R^-1 -> 11%:R / 8%:R * s <= nsf s.
Proof.
move=> s0 s1; rewrite -subr_ge0.
have -> : nsf s - 11%:R / 8%:R * s = s * ((2%:R^-1 - s) * (2%:R^-1 + s) / 2%:R).
  by rewrite /nsf; field.
by rewrite mulr_ge0 // half_ge0 // mulr_ge0 ?subr_ge0 // addr_ge0 ?invr_ge0 ?ler0n.
Qed.

(* ... and by at most 3/2: a fixed number of steps lifts a small value only so far. *)
Theorem nsf_growth_le s : 0 <= s -> nsf s <= 3%:R / 2%:R * s.
Proof. by move=> s0; rewrite /nsf ler_subl_addr ler_addl mulr_ge0 ?invr_ge0 ?ler0n ?exprn_ge0. Qed.

Lemma gap_le1 s : - 2%:R <= s -> nsf s <= 1.
Proof.
move=> s2; rewrite -subr_ge0 nsf_gap half_ge0 // mulr_ge0 ?sqr_ge0 //.
by rewrite addrC -ler_subl_addr sub0r.
Qed.

(* The basin: a positive value below sqrt 3 lands in (0, 1] after one step. *)
Theorem nsf_basin s : 0 < s -> s ^+ 2 < 3%:R -> 0 < nsf s <= 1.
Proof.
move=> s0 s3; rewrite gap_le1 ?andbT; last by rewrite (le_trans _ (ltW s0)) // oppr_le0 ler0n.
by rewrite nsfM mulr_gt0 // divr_gt0 ?subr_gt0 ?ltr0n.
Qed.

(* Above sqrt 3 the sign flips: the value is no longer on its way to 1. *)
Theorem nsf_flip s : 0 < s -> 3%:R < s ^+ 2 -> nsf s < 0.
Proof. by move=> s0 s3; rewrite nsfM pmulr_rlt0 // pmulr_llt0 ?invr_gt0 ?ltr0n // subr_lt0. Qed.

(* When the flipped value is inside the basin of -1, it stays on that side for good. *)
Theorem nsf_flip_kept s k :
  0 < s -> 3%:R < s ^+ 2 -> nsf s ^+ 2 < 3%:R -> - 1 <= iter k.+2 nsf s < 0.
Proof.
move=> s0 s3 f3; elim: k => [|k /andP[lo hi]] /=.
  have /(nsf_basin (s := - nsf s)) : 0 < - nsf s by rewrite oppr_gt0 nsf_flip.
  by rewrite sqrrN => /(_ f3); rewrite nsfN oppr_gt0 ler_oppl andbC.
set t := iter k.+2 nsf s in lo hi *; have t0 : 0 <= - t by rewrite oppr_ge0 ltW.
have t1 : - t <= 1 by rewrite ler_oppl.
have /andP[up le1] := nsf_between t0 t1; move: up le1; rewrite nsfN ler_oppl opprK ler_oppl => up ->.
by rewrite (le_lt_trans up hi).
Qed.

(* sqrt 3 itself is lost: it goes to 0, where it stays. *)
Theorem nsf_lost s : s ^+ 2 = 3%:R -> nsf s = 0.
Proof. by move=> s3; rewrite nsfM s3 subrr mul0r mulr0. Qed.

(* 2 goes to -1 in one step and stays there: an example of what flips for good. *)
Theorem nsf_two k : iter k.+1 nsf 2%:R = - 1 :> R.
Proof.
elim: k => [|k IH]; first by rewrite /= /nsf; field.
by rewrite iterS IH /nsf; field.
Qed.

(* At sqrt 5 the iteration alternates. *)
Theorem nsf_alternates s : s ^+ 2 = 5%:R -> nsf s = - s /\ nsf (nsf s) = s.
Proof.
move=> s5; have fs : nsf s = - s by rewrite nsfM s5; field.
by rewrite fs nsfN fs opprK.
Qed.

(* Beyond sqrt 5 the iteration diverges: with s^2 >= 5 + 2 d the value grows by 1 + d a step, sign aside. *)
Theorem nsf_grows s d : 0 <= d -> 5%:R + 2%:R * d <= s ^+ 2 -> (1 + d) * `|s| <= `|nsf s|.
Proof.
move=> d0 s5; rewrite nsfM normrM mulrC ler_wpmul2l // normrM normfV normr_nat.
rewrite ler_pdivl_mulr ?ltr0n // distrC (le_trans _ (ler_norm _)) // ler_subr_addr.
by have -> : (1 + d) * 2%:R + 3%:R = 5%:R + 2%:R * d by ring.
Qed.

(* In particular every s^2 > 5 moves away from 0. *)
Theorem nsf_beyond s : 5%:R < s ^+ 2 -> `|s| < `|nsf s|.
Proof.
move=> s5; have d0 : 0 < (s ^+ 2 - 5%:R) / 2%:R by rewrite divr_gt0 ?subr_gt0 ?ltr0n.
apply: (lt_le_trans _ (nsf_grows (d := (s ^+ 2 - 5%:R) / 2%:R) (ltW d0) _)).
  rewrite ltr_pmull ?ltr_addl // normr_gt0; apply: contraTneq s5 => ->.
  by rewrite expr0n /= -leNgt ler0n.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; field.
Qed.

(* The divergence is geometric, at least. *)
Theorem nsf_diverges s d k :
  0 <= d -> 5%:R + 2%:R * d <= s ^+ 2 -> (1 + d) ^+ k * `|s| <= `|iter k nsf s|.
Proof.
move=> d0 s5; have d1 : 1 <= 1 + d by rewrite ler_addl.
elim: k => [|k IH]; first by rewrite expr0 mul1r.
have big : 5%:R + 2%:R * d <= iter k nsf s ^+ 2.
  apply: (le_trans s5); rewrite -[s ^+ 2]real_normK ?num_real // -[X in _ <= X]real_normK ?num_real //.
  rewrite ler_pexpn2r ?nnegrE //; apply: le_trans IH.
  by rewrite ler_pemull // exprn_ege1.
rewrite exprS -mulrA iterS; apply: le_trans (nsf_grows d0 big).
by apply: ler_wpmul2l IH; rewrite (le_trans ler01).
Qed.

(* Nothing but 0, 1 and -1 stays where it is. *)
Theorem nsf_fixed s : (nsf s == s) = [|| s == 0, s == 1 | s == - 1].
Proof.
have fs : nsf s - s = s * ((1 - s) * (s + 1)) / 2%:R by rewrite /nsf; field.
rewrite -subr_eq0 fs mulf_eq0 invr_eq0 (negbTE two_neq0) orbF !mulf_eq0.
by rewrite subr_eq0 (eq_sym 1) addr_eq0.
Qed.

End Scalar.

(* The alternating value exists as soon as there are square roots. *)
Corollary nsf_sqrt5 (R : rcfType) : nsf (Num.sqrt 5%:R) = - Num.sqrt 5%:R :> R.
Proof. by apply: (nsf_alternates _).1; rewrite sqr_sqrtr ?ler0n. Qed.
