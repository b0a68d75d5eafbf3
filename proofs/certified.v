(* The certificate as it is evaluated: nothing is assumed of W but the numbers that were computed from it.

   From W, any Qc of the same shape (at least as many rows as columns) and any square T, with
   G = sym (Qc^T W): if the computed bounds allow, W has full column rank, its polar decomposition W = Qs H
   is the only one, and Qs is that near to Qc; and so an interval of ||Q - Qs||_F for any other Q. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius gap forms perturbation certificate equivariance spectral svd polar.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Forms.
Variable R : rcfType.

Definition sym_part {n} (A : 'M[R]_n) : 'M[R]_n := 2%:R^-1 *: (A + A^T).

Lemma sym_partT n (A : 'M[R]_n) : (sym_part A)^T = sym_part A.
Proof. by rewrite /sym_part linearZ linearD /= trmxK addrC. Qed.

Lemma sym_part_id n (A : 'M[R]_n) : A^T = A -> sym_part A = A.
Proof. by rewrite /sym_part => ->; rewrite -mulr2n -scaler_nat scalerA mulVf ?scale1r // pnatr_eq0. Qed.

Lemma injective_unit n (M : 'M[R]_n) : (forall x : 'cV[R]_n, M *m x = 0 -> x = 0) -> M \in unitmx.
Proof.
move=> inj; rewrite -unitmx_tr -row_free_unit -kermx_eq0; apply/eqP/row_matrixP => i; rewrite row0.
by apply: trmx_inj; rewrite trmx0; apply: inj; rewrite -{1}[M]trmxK -trmx_mul -row_mul mulmx_ker row0 trmx0.
Qed.

Lemma lower_unit n (H : 'M[R]_n) (s : R) : 0 < s -> lower H s -> H \in unitmx.
Proof.
move=> s0 Hs; apply: injective_unit => x Hx; apply/eqP; rewrite -frob2_eq0 eq_le frob2_ge0 andbT.
by rewrite -(pmulr_rle0 _ s0) (le_trans (Hs x)) // quad_dot Hx dot0r.
Qed.

Lemma quad_le_frob n (E : 'M[R]_n) (d : R) (x : 'cV[R]_n) : frob E <= d -> quad E x <= d * frob2 x.
Proof.
move=> Ed; rewrite quad_dot; apply: le_trans (ler_norm _) _; apply: le_trans (dot_le _ _) _.
rewrite -frob_sqr expr2 mulrCA ler_wpmul2l ?frob_ge0 //.
by apply: le_trans (frob_col _ _) _; rewrite ler_wpmul2r ?frob_ge0.
Qed.

(* The least eigenvalue of G from below, if some T makes T G T^T nearly the identity: at least (1 - d) / t. *)
Theorem preconditioned_lower n (G T : 'M[R]_n) (d t : R) :
  frob (1%:M - T *m G *m T^T) <= d -> d < 1 -> frob (T *m T^T) <= t -> 0 < t -> lower G ((1 - d) / t).
Proof.
move=> Gd d1 Tt t0; have d0 : 0 < 1 - d by rewrite subr_gt0.
have Gy (y : 'cV[R]_n) : (1 - d) * frob2 y <= quad G (T^T *m y).
  rewrite -quad_congr trmxK mulrBl mul1r ler_subl_addr -ler_subl_addl.
  apply: le_trans (quad_le_frob y Gd).
  by rewrite [quad (1%:M - _) _]quad_dot mulmxBl mul1mx dotBr -frob2_dot -quad_dot.
have Tu : T^T \in unitmx.
  apply: injective_unit => y Ty; apply/eqP; rewrite -frob2_eq0 eq_le frob2_ge0 andbT -(pmulr_rle0 _ d0).
  by rewrite (le_trans (Gy y)) // Ty quad_dot dot0l.
move=> x; rewrite mulrAC ler_pdivr_mulr // -(mulKVmx Tu x); set y := invmx _ *m x.
apply: le_trans (_ : (1 - d) * frob2 y * t <= _); last by rewrite ler_pmul2r.
rewrite -mulrA ler_pmul2l // mulrC; apply: le_trans (quad_le_frob y Tt).
by rewrite quad_dot frob2_dot dot_mull trmxK mulmxA.
Qed.

Lemma sqrt_max0 (x : R) : Num.sqrt (Num.max 0 x) = Num.sqrt x.
Proof. by case: (leP 0 x) => // /ltW x0; rewrite sqrtr0 ler0_sqrtr. Qed.

End Forms.

Section Certified.
Variable R : rcfType.
Variables m n : nat.
Implicit Types (W V Q Qc Qs D : 'M[R]_(m, n)) (G H K T : 'M[R]_n).

(* A matrix Qc is that near to each of its polar factors, whatever its defect e, above 1 as well. *)
Theorem isometry_defect_any Qc V K (e : R) : polar_dec Qc V K -> frob (Qc^T *m Qc - 1%:M) <= e ->
  frob (Qc - V) <= e / (1 + Num.sqrt (Num.max 0 (1 - e))).
Proof.
move=> [VV Ks K0 QV] Qe; rewrite sqrt_max0.
have [e1|e1] := ltP e 1; first exact: isometry_defect QV VV Ks K0 Qe e1.
rewrite ler0_sqrtr ?subr_le0 // addr0 divr1; apply: le_trans Qe.
have -> : Qc - V = V *m (K - 1%:M) by rewrite QV mulmxBr mulmx1.
have -> : Qc^T *m Qc - 1%:M = (K - 1%:M) *m (1%:M + K).
  by rewrite QV (polar_gram VV Ks) mulmxDr mulmx1 mulmxBl mul1mx [RHS]addrC addrA subrK.
rewrite frob_iso // -[X in X <= _]mul1r; apply: lower_cancel; rewrite -trace_dot trace_rot.
have := lowerD (lower_scalar 1) (proj1 (lower_psd K) K0).
by rewrite addr0; apply: trace_lower.
Qed.

(* No hypothesis of existence: W has full rank and one polar decomposition, and Qc is near its factor. *)
Theorem certified_factor W Qc G (e delta g rho : R) : (n <= m)%N ->
  frob (Qc^T *m Qc - 1%:M) <= e -> e / (1 + Num.sqrt (Num.max 0 (1 - e))) <= delta ->
  G^T = G -> lower G g -> frob (W - Qc *m G) + delta * frob G <= rho -> rho < g ->
  exists Qs, exists H,
    [/\ polar_dec W Qs H, forall Q2 H2, polar_dec W Q2 H2 -> Q2 = Qs /\ H2 = H, \rank W = n,
        lower H (g - rho) & frob (Qc - Qs) <= delta + 2%:R * rho / (g + (g - rho))].
Proof.
move=> nm Qe de Gs Gg Wr rg; have [Qs [H [QQ Hs H0 WQ]]] := polar_exists W nm.
have [V [K [VV Ks K0 QV]]] := polar_exists Qc nm.
have dV : frob (Qc - V) <= delta by exact: le_trans (isometry_defect_any (And4 VV Ks K0 QV) Qe) de.
have VW : frob (W - V *m G) <= rho.
  exact: le_trans (residual_transfer W Gs (frob_ge0 G) (@opnorm_frob _ _ _ G) dV) Wr.
have g0 : 0 < g by apply: le_lt_trans rg; apply: le_trans (frob_ge0 _) VW.
have max_gap : Num.max 0 (g - rho) = g - rho by apply/max_r; rewrite subr_ge0 ltW.
have Hl := smallest_singular_value VV Gg VW WQ QQ Hs H0; rewrite max_gap in Hl.
exists Qs, H; split=> // [Q2 H2 [QQ2 Hs2 H02 WQ2]||].
- exact: (certified_unique VV Gg VW rg WQ2 QQ2 Hs2 H02 WQ QQ Hs H0).
- have Hu : H \in unitmx by apply: lower_unit Hl; rewrite subr_gt0.
  rewrite WQ mxrankMfree ?row_free_unit //; apply/eqP; rewrite eqn_leq rank_leq_col /=.
  by rewrite -[X in (X <= _)%N](mxrank1 R n) -QQ mxrankM_maxr.
have -> : Qc - Qs = (Qc - V) + (V - Qs) by rewrite addrA subrK.
apply: le_trans (frob_triangle _ _) _; apply: ler_add => //; rewrite -max_gap.
exact: (residual_bound VV Gs g0 Gg VW WQ QQ Hs H0).
Qed.

(* The whole of it, as computed: from W, Qc and T alone, with G = sym (Qc^T W). *)
Corollary certified_around W Qc T (e delta d t g rho : R) : (n <= m)%N ->
  let G := sym_part (Qc^T *m W) in
  frob (Qc^T *m Qc - 1%:M) <= e -> e / (1 + Num.sqrt (Num.max 0 (1 - e))) <= delta ->
  frob (1%:M - T *m G *m T^T) <= d -> d < 1 -> frob (T *m T^T) <= t -> 0 < t -> g <= (1 - d) / t ->
  frob (W - Qc *m G) + delta * frob G <= rho -> rho < g ->
  exists Qs, exists H,
    [/\ polar_dec W Qs H, forall Q2 H2, polar_dec W Q2 H2 -> Q2 = Qs /\ H2 = H, \rank W = n,
        lower H (g - rho) & frob (Qc - Qs) <= delta + 2%:R * rho / (g + (g - rho))].
Proof.
move=> nm G Qe de Gd d1 Tt t0 gt; apply: (certified_factor nm Qe de (sym_partT _)) => x.
apply: le_trans (preconditioned_lower Gd d1 Tt t0 x).
by rewrite ler_wpmul2r ?frob2_ge0.
Qed.

(* An interval of the distance from a reference Q1 becomes one of the distance from Qs. *)
Corollary shifted_interval Q Q1 Qs (lo hi d1 : R) : frob (Q1 - Qs) <= d1 -> lo <= frob (Q - Q1) <= hi ->
  Num.max 0 (lo - d1) <= frob (Q - Qs) <= hi + d1.
Proof.
move=> /(corrected_reference Q); rewrite ler_distl => /andP[l h] /andP[lo1 hi1].
rewrite le_maxl frob_ge0 (le_trans _ l) ?ler_sub //=.
by apply: le_trans h _; rewrite ler_add2r.
Qed.

(* At the exact factor of a W of full rank it succeeds, with e = delta = d = rho = 0 < g for some T. *)
Theorem certified_around_met W Qs H : (0 < n)%N -> polar_dec W Qs H -> \rank W = n ->
  let G := sym_part (Qs^T *m W) in
  exists T, [/\ Qs^T *m Qs - 1%:M = 0, 1%:M - T *m G *m T^T = 0, 0 < frob (T *m T^T),
                0 < (1 - 0) / frob (T *m T^T) & W - Qs *m G = 0].
Proof.
move=> n0 [QQ Hs H0 WQ] rk G; have [|_ Hu] := polar_posdef Hs H0 (Q := Qs); first by rewrite -WQ.
have -> : G = H by rewrite /G WQ mulmxA QQ mul1mx sym_part_id.
have [B HB] := psd_is_gram Hs H0; have Bu : B \in unitmx by move: Hu; rewrite HB unitmx_mul => /andP[].
exists (invmx B^T); set T := invmx _.
have TH : T *m H *m T^T = 1%:M by rewrite HB mulKmx ?unitmx_tr // /T trmx_inv trmxK mulmxV.
have t0 : 0 < frob (T *m T^T).
  rewrite lt_def frob_ge0 andbT frob_eq0; apply/eqP => TT; have : frob2 T^T = 0.
    by rewrite /frob2 trmxK TT mxtrace0.
  move/eqP; rewrite frob2_eq0 => /eqP Tz; move: TH; rewrite Tz mulmx0 => /(congr1 mxtrace)/esym/eqP.
  by rewrite mxtrace1 mxtrace0 pnatr_eq0 eqn0Ngt n0.
by split; rewrite ?QQ ?TH ?WQ ?subrr // subr0 divr_gt0 ?ltr01.
Qed.

End Certified.
