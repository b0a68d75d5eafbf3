(* The excess of squared error of an isometry V over that of the polar factor Qs of W, as it is evaluated.

   V and Qs are known up to errors, from V1 and Q1: with D = V1 - Q1, G = sym (Q1^T W) and w >= ||W||_2, the
   excess ||(V - Qs) B^T||_F^2, for H = B^T B, is enclosed by the form <D, D G> and the errors.
   w may be any bound of ||W||_F as well (opnorm_frob). *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap forms equivariance spectral svd polar certified.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Norms.
Variable R : rcfType.

Lemma sym_partB n (A B : 'M[R]_n) : sym_part A - sym_part B = sym_part (A - B).
Proof. by rewrite /sym_part -scalerBr [(A - B)^T]linearB opprD addrACA. Qed.

Lemma frob_sub m n (A B : 'M[R]_(m, n)) : `|frob A - frob B| <= frob (A - B).
Proof.
have half (C D : 'M[R]_(m, n)) : frob C - frob D <= frob (C - D).
  by rewrite ler_subl_addr -{1}[C](subrK D) frob_triangle.
by rewrite ler_norml half andbT ler_oppl opprB -(frobN (A - B)) opprB half.
Qed.

Lemma opnorm_tr m n (W : 'M[R]_(m, n)) (w : R) : 0 <= w -> opnorm W w -> opnorm W^T w.
Proof.
move=> w0 Ww x; rewrite -!frob_sqr -exprMn ler_pexpn2r ?nnegrE ?mulr_ge0 ?frob_ge0 //.
have [->|y0] := eqVneq (frob (W^T *m x)) 0; first by rewrite mulr_ge0 ?frob_ge0.
have {}y0 : 0 < frob (W^T *m x) by rewrite lt_def y0 frob_ge0.
rewrite -(ler_pmul2r y0) -expr2 frob_sqr frob2_dot dot_mull trmxK.
apply: le_trans (ler_norm _) _; apply: le_trans (dot_le _ _) _.
by rewrite mulrAC [X in _ <= X]mulrC ler_wpmul2l ?frob_ge0 // frob_mull.
Qed.

Lemma frob_mulr m n p (A : 'M[R]_(m, n)) (B : 'M[R]_(n, p)) (b : R) :
  0 <= b -> opnorm B b -> frob (A *m B) <= frob A * b.
Proof.
move=> b0 Bb; rewrite -frob_tr trmx_mul mulrC -(frob_tr A).
exact/frob_mull/opnorm_tr.
Qed.

End Norms.

Section Gap.
Variable R : rcfType.
Variables m n : nat.
Implicit Types (W V Q Qs D : 'M[R]_(m, n)) (G H : 'M[R]_n).

(* sym (Q1^T W) is near H, by the distance of Q1 from Qs. *)
Theorem half_near W Q1 Qs H (d1 w : R) : polar_dec W Qs H -> frob (Q1 - Qs) <= d1 -> 0 <= w -> opnorm W w ->
  frob (sym_part (Q1^T *m W) - H) <= d1 * w.
Proof.
move=> [QQ Hs H0 WQ] d w0 Ww; have QW : Qs^T *m W = H by rewrite WQ mulmxA QQ mul1mx.
rewrite -(sym_part_id Hs) -QW sym_partB -mulmxBl -linearB.
rewrite /sym_part frobZ ger0_norm ?invr_ge0 ?ler0n // -ler_pdivl_mull ?invr_gt0 ?ltr0n // invrK.
apply: le_trans (frob_triangle _ _) _; rewrite frob_tr -mulr2n -[X in X <= _]mulr_natl ler_wpmul2l ?ler0n //.
by apply: le_trans (frob_mulr _ w0 Ww) _; rewrite frob_tr ler_wpmul2r.
Qed.

(* The excess of squared error of an isometry V, enclosed: D is near V - Qs, and G near H. *)
Theorem gap_enclosure W V Qs H D G (error fe slack w : R) :
  polar_dec W Qs H -> iso V -> frob (D - (V - Qs)) <= error -> frob (G - H) <= fe ->
  frob2 D * fe <= slack -> 0 <= w -> opnorm W w ->
  Num.max 0 (Num.sqrt (Num.max 0 (dot D (D *m G) - slack)) - error * Num.sqrt w) ^+ 2
    <= sfe W V - sfe W Qs <=
  (Num.sqrt (Num.max 0 (dot D (D *m G) + slack)) + error * Num.sqrt w) ^+ 2.
Proof.
move=> [QQ Hs H0 WQ] VV De Gf sl w0 Ww; set form := dot D _; have [B HB] := psd_is_gram Hs H0.
have Bw : opnorm B (Num.sqrt w).
  move=> x; rewrite sqr_sqrtr //; have -> : frob2 (B *m x) = quad H x.
    by rewrite quad_dot HB frob2_dot dot_mull mulmxA.
  by apply: psd_sqrt_upper => // y; rewrite -(iso_frob2 (H *m y) QQ) mulmxA -WQ.
have Bt := opnorm_tr (sqrtr_ge0 w) Bw.
have -> : sfe W V - sfe W Qs = frob ((V - Qs) *m B^T) ^+ 2.
  by rewrite frob_sqr (@gap_identity _ _ _ _ W Qs V B) -?HB // -frob2N -mulNmx opprB.
have near : `|form - frob2 (D *m B^T)| <= slack.
  have -> : form - frob2 (D *m B^T) = dot D (D *m (G - H)).
    by rewrite mulmxBr dotBr HB [frob2 _]frob2_dot dot_mulr trmxK mulmxA.
  apply: le_trans (dot_le _ _) _; apply: le_trans sl; rewrite -frob_sqr expr2 -mulrA ler_wpmul2l ?frob_ge0 //.
  apply: le_trans (frob_mulr _ (frob_ge0 _) (@opnorm_frob _ _ _ (G - H))) _.
  by rewrite ler_wpmul2l ?frob_ge0.
have moved : `|frob (D *m B^T) - frob ((V - Qs) *m B^T)| <= error * Num.sqrt w.
  apply: le_trans (frob_sub _ _) _; rewrite -mulmxBl; apply: le_trans (frob_mulr _ (sqrtr_ge0 w) Bt) _.
  by rewrite ler_wpmul2r ?sqrtr_ge0.
have x0 := frob_ge0 ((V - Qs) *m B^T); move: near moved.
rewrite !sqrt_max0 ler_distl => /andP[lo hi]; rewrite ler_distl => /andP[lo1 hi1].
have low : Num.sqrt (form - slack) <= frob (D *m B^T) by rewrite ler_wsqrtr // ler_subl_addr.
have high : frob (D *m B^T) <= Num.sqrt (form + slack) by rewrite ler_wsqrtr // -ler_subl_addr.
have e0 : 0 <= error * Num.sqrt w by rewrite mulr_ge0 ?sqrtr_ge0 // (le_trans (frob_ge0 _) De).
have l0 : 0 <= Num.max 0 (Num.sqrt (form - slack) - error * Num.sqrt w) by rewrite le_maxr lexx.
have h0 : 0 <= Num.sqrt (form + slack) + error * Num.sqrt w by rewrite addr_ge0 ?sqrtr_ge0.
rewrite !ler_pexpn2r // le_maxl x0 /= ler_subl_addr (le_trans low) //=.
by rewrite -ler_subl_addr (le_trans lo1).
Qed.

(* The same from V1 near V and Q1 near Qs, as computed: D = V1 - Q1, G = sym (Q1^T W). *)
Corollary gap_certified W V Qs H V1 Q1 (dv d1 error slack w : R) :
  let D := V1 - Q1 in let G := sym_part (Q1^T *m W) in
  polar_dec W Qs H -> iso V -> frob (V1 - V) <= dv -> frob (Q1 - Qs) <= d1 -> 0 <= w -> opnorm W w ->
  dv + d1 <= error -> frob2 D * (d1 * w) <= slack ->
  Num.max 0 (Num.sqrt (Num.max 0 (dot D (D *m G) - slack)) - error * Num.sqrt w) ^+ 2
    <= sfe W V - sfe W Qs <=
  (Num.sqrt (Num.max 0 (dot D (D *m G) + slack)) + error * Num.sqrt w) ^+ 2.
Proof.
move=> D G WQ VV dV dQ w0 Ww de sl; apply: gap_enclosure (WQ) VV _ (half_near WQ dQ w0 Ww) sl w0 Ww.
apply: le_trans de; have -> : D - (V - Qs) = (V1 - V) - (Q1 - Qs).
  by rewrite /D !opprB -!addrA [- Q1 + _]addrC [- V + (Qs - _)]addrCA -!addrA.
by apply: le_trans (frob_triangle _ _) _; rewrite frobN ler_add.
Qed.

(* W may be rescaled by any c >= 0 first: the polar factor stays, the excess is multiplied by c. *)
Theorem gap_rescaled W V Qs H (c : R) : 0 <= c -> polar_dec W Qs H -> iso V ->
  polar_dec (c *: W) Qs (c *: H) /\ sfe (c *: W) V - sfe (c *: W) Qs = c * (sfe W V - sfe W Qs).
Proof.
move=> c0 WQ VV; split; first exact: polar_scale.
have [QQ _ _ _] := WQ; rewrite !sfeE (frob2_iso VV) (frob2_iso QQ) !dotZl; ring.
Qed.

End Gap.
