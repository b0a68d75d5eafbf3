(* The gain: projection on the scaled isometries V^T V = c^2 I, and the best c.

   The code of arXiv 2602.08040 writes c Q. The nearest V with V^T V = c^2 I is c Q, with the same
   Q for every c; were c free, the best one would be the mean singular value tr H / n. The squared
   error is isotropy plus gain; DfI has to be measured against the gain. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Identity.
Variable R : comRingType.

Lemma scaled_gram m n (c : R) (Q : 'M[R]_(m, n)) :
  (c *: Q)^T *m (c *: Q) = (c ^+ 2) *: (Q^T *m Q).
Proof. by rewrite [(c *: Q)^T]linearZ /= -scalemxAl -scalemxAr scalerA. Qed.

(* c Q is a scaled isometry ... *)
Theorem scaled_iso m n (c : R) (Q : 'M[R]_(m, n)) : iso Q -> (c *: Q)^T *m (c *: Q) = (c ^+ 2)%:M.
Proof. by rewrite scaled_gram => ->; rewrite scale_scalar_mx mulr1. Qed.

Lemma frob2_scalar n (a : R) : frob2 (a%:M : 'M[R]_n) = n%:R * a ^+ 2.
Proof. by rewrite -scalemx1 frob2Z frob2_iso; [rewrite mulrC | rewrite /iso trmx1 mulmx1]. Qed.

(* ... so its literal DfI is n (c^2 - 1)^2, not 0, *)
Theorem dfi_scaled m n (c : R) (Q : 'M[R]_(m, n)) : iso Q -> dfi (c *: Q) = n%:R * (c ^+ 2 - 1) ^+ 2.
Proof. by move=> QQ; rewrite /dfi scaled_iso // -raddfB frob2_scalar. Qed.

(* The example of a GPT's 3072 x 768 layer, c = 2: 6912. *)
Corollary dfi_scaled_gpt (Q : 'M[R]_(3072, 768)) : iso Q -> dfi (2%:R *: Q) = 6912%:R.
Proof.
move=> QQ; have three : 2%:R ^+ 2 - 1 = 3%:R :> R by ring.
by rewrite dfi_scaled // three -natrX -natrM.
Qed.

(* The gap on the scaled set: c (SFE(W, V) - SFE(W, c Q)) = ||(c Q - V) B^T||_F^2, in trace form. *)
Theorem scaled_gap m n (c : R) (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> H^T = H -> iso Q -> V^T *m V = (c ^+ 2)%:M ->
  c * (sfe W V - sfe W (c *: Q)) = \tr ((c *: Q - V) *m H *m (c *: Q - V)^T).
Proof.
move=> WQ Hs QQ VV; rewrite -trace_rot trace_dot.
have nV : frob2 V = c ^+ 2 * n%:R by rewrite /frob2 VV mxtrace_scalar mulr_natr.
have tV : dot V (V *m H) = c ^+ 2 * dot Q W.
  by rewrite WQ -!trace_dot VV QQ mul1mx mul_scalar_mx mxtraceZ.
have sw : dot Q (V *m H) = dot V W by rewrite WQ dotC dot_mulr Hs.
rewrite mulmxBl -scalemxAl -WQ !dotBl !dotBr !dotZl !dotZr tV sw.
by rewrite !sfeE dotZr frob2Z (frob2_iso QQ) nV (dotC W Q) (dotC W V); ring.
Qed.

(* The error as a function of the gain. *)
Theorem sfe_gain m n (c : R) (W Q : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> iso Q -> sfe W (c *: Q) = frob2 W - 2%:R * c * \tr H + c ^+ 2 * n%:R.
Proof.
move=> WQ QQ; rewrite sfeE dotZr frob2Z (frob2_iso QQ) mulrA; congr (_ - _ * _ + _).
by rewrite dotC WQ -trace_dot QQ mul1mx.
Qed.

End Identity.

Section Projection.
Variable R : realDomainType.
Variables (m n : nat) (c : R) (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n).
Hypotheses (WQ : W = Q *m H) (Hs : H^T = H) (QQ : iso Q) (VV : V^T *m V = (c ^+ 2)%:M).

(* c Q is a nearest matrix with V^T V = c^2 I, for every c >= 0 and any rank. *)
Theorem scaled_projection : 0 <= c -> psd H -> sfe W (c *: Q) <= sfe W V.
Proof.
rewrite le_eqVlt => /predU1P[c0|c0] H0; last first.
  by rewrite -subr_ge0 -(pmulr_rge0 _ c0) (scaled_gap WQ) // trace_psd.
suff -> : V = c *: Q by [].
by apply/eqP; rewrite -c0 scale0r -frob2_eq0 /frob2 VV -c0 expr0n mxtrace_scalar mul0rn.
Qed.

(* ... and the only one at full rank, for c > 0. *)
Theorem scaled_projection_unique : 0 < c -> posdef H -> sfe W V <= sfe W (c *: Q) -> V = c *: Q.
Proof.
move=> c0 Hp le; have H0 : psd H.
  by move=> x; have [->|/Hp/ltW //] := eqVneq x 0; rewrite quad_dot dot0l.
apply/esym/eqP; rewrite -subr_eq0 -(trace_posdef _ Hp) -(scaled_gap WQ) //.
by rewrite mulf_eq0 (gt_eqF c0) subr_eq0 eq_le le scaled_projection // ltW.
Qed.

End Projection.

Section Mean.
Variable R : realFieldType.

(* The squared error is isotropy plus gain, for any numbers s_1, ..., s_p. *)
Theorem isotropy_plus_gain p (c mean : R) (s : 'I_p -> R) :
  p%:R * mean = \sum_i s i ->
  \sum_i (s i - c) ^+ 2 = \sum_i (s i - mean) ^+ 2 + p%:R * (mean - c) ^+ 2.
Proof.
move=> mE; pose q := \sum_i s i ^+ 2.
have sq a : \sum_i (s i - a) ^+ 2 = q - 2%:R * a * (p%:R * mean) + p%:R * a ^+ 2.
  have -> : p%:R * a ^+ 2 = \sum_(i < p) a ^+ 2 by rewrite sumr_const card_ord mulr_natl.
  rewrite mE /q mulr_sumr -sumrB -big_split.
  by apply: eq_bigr => i _ /=; ring.
by rewrite !sq; ring.
Qed.

Variables (m n : nat) (W Q : 'M[R]_(m, n)) (H : 'M[R]_n) (mean : R).
Hypotheses (WQ : W = Q *m H) (QQ : iso Q).
Hypotheses (n0 : (0 < n)%N) (mE : mean = \tr H / n%:R).

(* The same for matrices: tr H / n is the mean singular value. *)
Theorem sfe_mean_gain (c : R) : sfe W (c *: Q) = sfe W (mean *: Q) + n%:R * (c - mean) ^+ 2.
Proof.
have mn : mean * n%:R = \tr H by rewrite mE divfK // pnatr_eq0 -lt0n.
by rewrite (sfe_gain c WQ QQ) (sfe_gain mean WQ QQ) -mn; ring.
Qed.

(* The best free gain is the mean singular value. *)
Corollary best_gain (c : R) : sfe W (mean *: Q) <= sfe W (c *: Q).
Proof. by rewrite (sfe_mean_gain c) ler_addl mulr_ge0 ?ler0n ?sqr_ge0. Qed.

(* ... and no other one. *)
Corollary best_gain_unique (c : R) : sfe W (c *: Q) = sfe W (mean *: Q) -> c = mean.
Proof.
move/eqP; rewrite (sfe_mean_gain c) -subr_eq0 addrAC subrr add0r mulf_eq0 pnatr_eq0.
by rewrite (gtn_eqF n0) sqrf_eq0 subr_eq0 => /eqP.
Qed.

(* Best among all multiples of all isometries, negative ones included. *)
Corollary best_gain_and_isometry (c : R) (V : 'M[R]_(m, n)) :
  H^T = H -> psd H -> iso V -> sfe W (mean *: Q) <= sfe W (c *: V).
Proof.
move=> Hs H0 VV; have [c0|/ltW c0] := leP 0 c.
  exact: le_trans (best_gain c) (polar_optimal_gain c0 WQ Hs H0 QQ VV).
have -> : c *: V = - c *: - V by rewrite scalerN scaleNr opprK.
apply: le_trans (best_gain (- c)) (polar_optimal_gain _ WQ Hs H0 QQ _); rewrite ?oppr_ge0 //.
by rewrite /iso [(- V)^T]linearN /= mulNmx mulmxN opprK.
Qed.

End Mean.

Section Relative.
Variable R : realFieldType.

(* tr H / n is the mean singular value: the trace of Z diag(d) Z^T is the sum of the d_j. *)
Theorem trace_singular_values n (Z : 'M[R]_n) (d : 'rV[R]_n) :
  iso Z -> \tr (Z *m diag_mx d *m Z^T) = \sum_j d 0 j.
Proof. by move=> ZZ; rewrite mxtrace_mulC mulmxA ZZ mul1mx mxtrace_diag. Qed.

(* DfI measured against the gain c is that of the matrix before the gain: 0 for c Q. *)
Theorem dfi_relative m n (c : R) (V : 'M[R]_(m, n)) :
  c != 0 -> frob2 ((c ^- 2) *: ((c *: V)^T *m (c *: V)) - 1%:M) = dfi V.
Proof. by move=> c0; rewrite scaled_gram scalerA mulVf ?expf_neq0 // scale1r. Qed.

(* The literal DfI of c Q vanishes only for c = 1 or -1. *)
Theorem dfi_scaled_eq0 m n (c : R) (Q : 'M[R]_(m, n)) :
  (0 < n)%N -> iso Q -> (dfi (c *: Q) == 0) = (c ^+ 2 == 1).
Proof. by move=> n0 QQ; rewrite dfi_scaled // mulf_eq0 pnatr_eq0 (gtn_eqF n0) sqrf_eq0 subr_eq0. Qed.

End Relative.
