(* The a-posteriori certificate: how far a computed Qc is from the exact polar factor Qs of W.

   Only e >= ||Qc^T Qc - I||_F, a symmetric G >= g > 0 with ||G||_2 <= gamma and a bound
   rho of ||W - Qc G||_F + ||Qc - V||_F gamma are needed, V being the polar factor of Qc itself:
   ||Qc - Qs||_F <= e / (1 + sqrt (1 - e)) + 2 rho / (g + max (0, g - rho)). No SVD of W. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius gap forms perturbation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Certificate.
Variable R : rcfType.
Variables m n : nat.
Implicit Types (W V Q Qc Qs : 'M[R]_(m, n)) (G H K : 'M[R]_n).

(* A matrix nearly isometric is that near to its own polar factor. *)
Theorem isometry_defect Qc V K (e : R) :
  Qc = V *m K -> iso V -> K^T = K -> psd K ->
  frob (Qc^T *m Qc - 1%:M) <= e -> e < 1 ->
  frob (Qc - V) <= e / (1 + Num.sqrt (1 - e)).
Proof.
move=> QV VV Ks K0 Ke e1; set t := Num.sqrt _; have t0 : 0 <= t by exact: sqrtr_ge0.
have KK : Qc^T *m Qc = K *m K by rewrite QV trmx_mul Ks mulmxA -(mulmxA K) VV mulmx1.
have Kt : lower K t.
  apply: image_lower => // x; rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?mulr_ge0 ?frob_ge0 //.
  rewrite exprMn !frob_sqr sqr_sqrtr; last by rewrite subr_ge0 ltW.
  have -> : frob2 (K *m x) = frob2 x + dot x ((Qc^T *m Qc - 1%:M) *m x).
    by rewrite KK mulmxBl mul1mx dotBr -frob2_dot addrC subrK frob2_dot dot_mull Ks mulmxA.
  rewrite mulrBl mul1r ler_add2l ler_oppl.
  apply: le_trans (_ : frob x * (e * frob x) <= _); last by rewrite mulrCA -expr2 frob_sqr.
  apply: le_trans (ler_norm _) _; rewrite normrN; apply: le_trans (dot_le _ _) _.
  apply: ler_wpmul2l; first exact: frob_ge0.
  by apply: le_trans (frob_col _ _) _; apply: ler_wpmul2r; rewrite ?frob_ge0.
have -> : Qc - V = V *m (K - 1%:M) by rewrite QV mulmxBr mulmx1.
rewrite frob_iso // ler_pdivl_mulr ?ltr_paddr // mulrC; apply: le_trans Ke.
have -> : Qc^T *m Qc - 1%:M = (K - 1%:M) *m (1%:M + K).
  by rewrite KK mulmxDr mulmx1 mulmxBl mul1mx [RHS]addrC addrA subrK.
apply: lower_cancel; rewrite -trace_dot trace_rot; apply: trace_lower.
by apply: lowerD => //; apply: lower_scalar.
Qed.

(* The smallest singular value of W, from below: that of V G less the residual. *)
Theorem smallest_singular_value W V Qs G H (g rho : R) :
  iso V -> lower G g -> frob (W - V *m G) <= rho ->
  W = Qs *m H -> iso Qs -> H^T = H -> psd H ->
  lower H (Num.max 0 (g - rho)).
Proof.
move=> VV Gg Wr WQ QQ Hs H0; apply: image_lower => // x; case: (leP 0 (g - rho)) => _; last first.
  by rewrite mul0r frob_ge0.
rewrite -(frob_iso (H *m x) QQ) mulmxA -WQ mulrBl ler_subl_addl.
have VG : V *m G *m x = - ((W - V *m G) *m x) + W *m x by rewrite mulmxBl opprB subrK.
apply: le_trans (lower_image x Gg) _; rewrite -(frob_iso (G *m x) VV) mulmxA VG.
apply: le_trans (frob_triangle _ _) _; rewrite frobN ler_add2r.
by apply: le_trans (frob_col _ _) _; rewrite ler_wpmul2r ?frob_ge0.
Qed.

(* The distance of V from the polar factor of W: G symmetric, G >= g > 0 and the residual suffice. *)
Theorem residual_bound W V Qs G H (g rho : R) :
  iso V -> G^T = G -> 0 < g -> lower G g -> frob (W - V *m G) <= rho ->
  W = Qs *m H -> iso Qs -> H^T = H -> psd H ->
  frob (V - Qs) <= 2%:R * rho / (g + Num.max 0 (g - rho)).
Proof.
move=> VV Gs g0 Gg Wr WQ QQ Hs H0; have Hl := smallest_singular_value VV Gg Wr WQ QQ Hs H0.
rewrite ler_pdivl_mulr ?ltr_paddr ?le_maxr ?lexx // mulrC.
apply: le_trans (polar_perturbation (erefl _) WQ Gs Hs VV QQ Gg Hl) _.
by rewrite -frobN opprB ler_wpmul2l ?ler0n.
Qed.

(* How g is certified: a Cholesky factor L of G - s, with the norm r of what it leaves. *)
Theorem cholesky_lower (G L E : 'M[R]_n) (s r : R) :
  G = s%:M + L *m L^T + E -> frob E <= r -> lower G (s - r).
Proof.
move=> -> Er x; rewrite !quadD mulrBl; apply: ler_add.
  rewrite -[X in X <= _]addr0; apply: ler_add; first exact: lower_scalar.
  by rewrite -{1}(trmxK L); apply: psd_gram.
rewrite quad_dot ler_oppl; apply: le_trans (ler_norm _) _; rewrite normrN.
apply: le_trans (dot_le _ _) _; rewrite -frob_sqr expr2 mulrCA ler_wpmul2l ?frob_ge0 //.
by apply: le_trans (frob_col _ _) _; rewrite ler_wpmul2r ?frob_ge0.
Qed.

(* Uniqueness, certified: if the residual is below g then W has only one polar decomposition. *)
Corollary certified_unique W V Qs Qs2 G H H2 (g rho : R) :
  iso V -> lower G g -> frob (W - V *m G) <= rho -> rho < g ->
  W = Qs *m H -> iso Qs -> H^T = H -> psd H ->
  W = Qs2 *m H2 -> iso Qs2 -> H2^T = H2 -> psd H2 -> Qs = Qs2 /\ H = H2.
Proof.
move=> VV Gg Wr rg WQ QQ Hs H0 WQ2 QQ2 Hs2 H02.
have Hl := smallest_singular_value VV Gg Wr WQ QQ Hs H0.
have s0 : 0 < Num.max 0 (g - rho) by rewrite lt_maxr subr_gt0 rg orbT.
exact: (polar_decomposition_unique WQ WQ2 Hs Hs2 QQ QQ2 s0 Hl H02).
Qed.

(* The residual at V from the residual at Qc, both computable. *)
Lemma residual_transfer W V Qc G (d gamma : R) :
  G^T = G -> 0 <= gamma -> opnorm G gamma -> frob (Qc - V) <= d ->
  frob (W - V *m G) <= frob (W - Qc *m G) + d * gamma.
Proof.
move=> Gs gamma0 Gn dQ; have -> : W - V *m G = (W - Qc *m G) + (Qc - V) *m G.
  by rewrite mulmxBl addrA subrK.
apply: le_trans (frob_triangle _ _) _; rewrite ler_add2l -(frob_tr (_ *m G)) trmx_mul Gs.
by apply: le_trans (frob_mull _ gamma0 Gn) _; rewrite frob_tr mulrC ler_wpmul2r.
Qed.

(* The certificate, end to end: from computed quantities to the distance of Qc from the exact Qs. *)
Theorem certificate W V Qc Qs G H K (e g gamma rho : R) :
  Qc = V *m K -> iso V -> K^T = K -> psd K ->
  frob (Qc^T *m Qc - 1%:M) <= e -> e < 1 ->
  G^T = G -> 0 < g -> lower G g -> 0 <= gamma -> opnorm G gamma ->
  frob (W - Qc *m G) + e / (1 + Num.sqrt (1 - e)) * gamma <= rho ->
  W = Qs *m H -> iso Qs -> H^T = H -> psd H ->
  frob (Qc - Qs) <= e / (1 + Num.sqrt (1 - e)) + 2%:R * rho / (g + Num.max 0 (g - rho)).
Proof.
move=> QV VV Ks K0 Ke e1 Gs g0 Gg gamma0 Gn Wr WQ QQ Hs H0.
have d := isometry_defect QV VV Ks K0 Ke e1.
have -> : Qc - Qs = (Qc - V) + (V - Qs) by rewrite addrA subrK.
apply: le_trans (frob_triangle _ _) _; apply: ler_add => //.
apply: (residual_bound VV Gs g0 Gg _ WQ QQ Hs H0).
exact: le_trans (residual_transfer W Gs gamma0 Gn d) Wr.
Qed.

(* Any better approximation Q1 may stand in for Qs: the error changes by no more than its own. *)
Theorem corrected_reference Qc Q1 Qs (d1 : R) :
  frob (Q1 - Qs) <= d1 -> `|frob (Qc - Qs) - frob (Qc - Q1)| <= d1.
Proof.
move=> d; rewrite ler_norml; apply/andP; split.
  rewrite ler_subr_addl ler_subl_addr; apply: le_trans (_ : frob (Qc - Qs) + frob (Q1 - Qs) <= _).
    rewrite -(frobN (Q1 - Qs)) opprB; apply: le_trans (frob_triangle _ _).
    by rewrite addrA subrK.
  by rewrite ler_add2l.
rewrite ler_subl_addl; apply: le_trans (_ : frob (Qc - Q1) + frob (Q1 - Qs) <= _); last by rewrite ler_add2l.
by apply: le_trans (frob_triangle _ _); rewrite addrA subrK.
Qed.

(* The excess of squared error of an isometry V is between s and ||W||_2 times its squared distance. *)
Theorem gap_bounds W V Qs H (s w : R) :
  W = Qs *m H -> iso Qs -> H^T = H -> iso V -> lower H s -> 0 <= w -> opnorm W w ->
  s * frob2 (V - Qs) <= sfe W V - sfe W Qs <= w * frob2 (V - Qs).
Proof.
move=> WQ QQ Hs VV Hl w0 Wn; rewrite (gap_trace WQ) // trace_rot -(frob2N (V - Qs)) opprB.
rewrite trace_lower //=; apply: trace_upper => x; rewrite quad_dot.
apply: le_trans (ler_norm _) _; apply: le_trans (dot_le _ _) _.
rewrite -frob_sqr expr2 mulrCA ler_wpmul2l ?frob_ge0 // -(frob_iso _ QQ) mulmxA -WQ.
exact: frob_mull Wn.
Qed.

(* ... so 0 <= SFE(V) - SFE(Qs) <= ||W||_2 d^2 for a certified distance d. *)
Corollary certified_sfe W V Qs H (d w : R) :
  W = Qs *m H -> iso Qs -> H^T = H -> psd H -> iso V -> 0 <= w -> opnorm W w ->
  frob (V - Qs) <= d -> 0 <= sfe W V - sfe W Qs <= w * d ^+ 2.
Proof.
move=> WQ QQ Hs /lower_psd H0 VV w0 Wn dV; have := gap_bounds WQ QQ Hs VV H0 w0 Wn.
rewrite mul0r => /andP[-> le] /=; apply: le_trans le _; rewrite ler_wpmul2l // -frob_sqr.
by rewrite ler_pexpn2r // nnegrE ?frob_ge0 // (le_trans (frob_ge0 _) dV).
Qed.

End Certificate.
