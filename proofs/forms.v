(* Quadratic forms bounded from below and above, and what follows without a spectral theorem.

   lower H s: x^T H x >= s ||x||^2 for every x, i.e. no eigenvalue of a symmetric H is below s. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Ordered.
Variable R : realDomainType.

Definition lower {n} (H : 'M[R]_n) (s : R) : Prop := forall x : 'cV[R]_n, s * frob2 x <= quad H x.
Definition upper {n} (H : 'M[R]_n) (s : R) : Prop := forall x : 'cV[R]_n, quad H x <= s * frob2 x.

Lemma frob2_sum_row m n (A : 'M[R]_(m, n)) : frob2 A = \sum_i frob2 (row i A)^T.
Proof. by rewrite -frob2_tr frob2_sum_col; apply: eq_bigr => i _; rewrite tr_row. Qed.

Lemma trace_lower m n (A : 'M[R]_(m, n)) (H : 'M[R]_n) s :
  lower H s -> s * frob2 A <= \tr (A *m H *m A^T).
Proof. by move=> Hs; rewrite trace_quad frob2_sum_row mulr_sumr; apply: ler_sum => i _; apply: Hs. Qed.

Lemma trace_upper m n (A : 'M[R]_(m, n)) (H : 'M[R]_n) s :
  upper H s -> \tr (A *m H *m A^T) <= s * frob2 A.
Proof. by move=> Hs; rewrite trace_quad frob2_sum_row mulr_sumr; apply: ler_sum => i _; apply: Hs. Qed.

Lemma quadD n (G H : 'M[R]_n) x : quad (G + H) x = quad G x + quad H x.
Proof. by rewrite !quad_dot mulmxDl dotDr. Qed.

Lemma lowerD n (G H : 'M[R]_n) s t : lower G s -> lower H t -> lower (G + H) (s + t).
Proof. by move=> Gs Ht x; rewrite quadD mulrDl ler_add. Qed.

Lemma lower_psd n (H : 'M[R]_n) : psd H <-> lower H 0.
Proof. by split=> h x; move: (h x); rewrite mul0r. Qed.

Lemma lower_scalar n (s : R) : lower (s%:M : 'M[R]_n) s.
Proof. by move=> x; rewrite quad_dot mul_scalar_mx dotZr. Qed.

Lemma frob2_outer m n (y : 'cV[R]_m) (x : 'cV[R]_n) : frob2 (y *m x^T) = frob2 y * frob2 x.
Proof.
have xx : x^T *m x = (frob2 x)%:M by rewrite [LHS]mx11_scalar /frob2 /mxtrace big_ord1.
by rewrite [LHS]frob2_dot dot_mulr trmxK -mulmxA xx mul_mx_scalar dotZr mulrC.
Qed.

(* ||A x|| <= ||A||_F ||x||, and the same for a matrix in the place of x. *)
Lemma frob2_mul_col m n (A : 'M[R]_(m, n)) (x : 'cV[R]_n) : frob2 (A *m x) <= frob2 A * frob2 x.
Proof.
have [->|y0] := eqVneq (A *m x) 0; first by rewrite frob20 mulr_ge0 ?frob2_ge0.
rewrite -(ler_pmul2r (_ : 0 < frob2 (A *m x))) ?frob2_gt0 // -mulrA (mulrC (frob2 x)).
by rewrite -frob2_outer -expr2 {1}frob2_dot dot_mulr cauchy_schwarz.
Qed.

(* Cauchy-Schwarz for a semidefinite form. *)
Theorem psd_cauchy_schwarz n (H : 'M[R]_n) (x y : 'cV[R]_n) :
  H^T = H -> psd H -> dot x (H *m y) ^+ 2 <= quad H x * quad H y.
Proof.
move=> Hs H0; have [y0|y0] := eqVneq (quad H y) 0.
  by rewrite (psd_kernel Hs H0 y0) dot0r expr0n y0 mulr0.
have b0 : 0 < quad H y by rewrite lt_def y0 H0.
have := H0 (quad H y *: x - dot x (H *m y) *: y).
rewrite quad_dot mulmxBr -!scalemxAr !dotBl !dotBr !dotZl !dotZr -!quad_dot.
have -> : dot y (H *m x) = dot x (H *m y) by rewrite dotC dot_mull Hs.
set a := quad H x; set b := quad H y; set d := dot _ _ => h.
have {h} : 0 <= b * (a * b - d ^+ 2) by congr (0 <= _): h; ring.
by rewrite (pmulr_rge0 _ b0) subr_ge0.
Qed.

End Ordered.

Section Norm.
Variable R : rcfType.

Lemma opnorm_frob m n (A : 'M[R]_(m, n)) : opnorm A (frob A).
Proof. by move=> x; rewrite frob_sqr frob2_mul_col. Qed.

Lemma opnorm_le m n (A : 'M[R]_(m, n)) (s t : R) : 0 <= s -> s <= t -> opnorm A s -> opnorm A t.
Proof.
move=> s0 st As x; apply: le_trans (As x) _; apply: ler_wpmul2r; first exact: frob2_ge0.
by rewrite ler_pexpn2r // nnegrE ?(le_trans s0).
Qed.

Lemma frob_col m n (A : 'M[R]_(m, n)) (x : 'cV[R]_n) : frob (A *m x) <= frob A * frob x.
Proof. by apply: frob_mull (opnorm_frob A); apply: frob_ge0. Qed.

(* Cancelling a norm: s ||A||^2 <= <A, B> gives s ||A|| <= ||B||. *)
Lemma lower_cancel m n (A B : 'M[R]_(m, n)) (s : R) : s * frob2 A <= dot A B -> s * frob A <= frob B.
Proof.
have [->|A0] := eqVneq A 0; first by rewrite /frob frob20 sqrtr0 mulr0 sqrtr_ge0.
move=> h; have a0 : 0 < frob A by rewrite lt_def frob_eq0 A0 frob_ge0.
rewrite -(ler_pmul2r a0) -mulrA -expr2 frob_sqr; apply: le_trans h _.
by rewrite mulrC; apply: le_trans (ler_norm _) (dot_le _ _).
Qed.

(* A form bounded below bounds the image below ... *)
Lemma lower_image n (H : 'M[R]_n) (s : R) (x : 'cV[R]_n) : lower H s -> s * frob x <= frob (H *m x).
Proof. by move=> Hs; apply: lower_cancel; rewrite -quad_dot. Qed.

(* ... and conversely for a symmetric semidefinite H: ||H x|| >= t ||x|| gives x^T H x >= t ||x||^2.
   (H^2 >= t^2 implies H >= t: the square root is operator monotone.) *)
Theorem image_lower n (H : 'M[R]_n) (t : R) :
  H^T = H -> psd H -> (forall x : 'cV[R]_n, t * frob x <= frob (H *m x)) -> lower H t.
Proof.
move=> Hs H0 Ht x; have [t0|t0] := leP t 0.
  by apply: le_trans (H0 x); rewrite mulr_le0_ge0 ?frob2_ge0.
have [->|x0] := eqVneq x 0; first by rewrite quad_dot dot0l frob20 mulr0.
have Hu : H \in unitmx.
  rewrite -row_free_unit -kermx_eq0; apply/eqP/row_matrixP => i; rewrite row0.
  apply: trmx_inj; rewrite trmx0; apply/eqP; rewrite -frob_eq0 eq_le frob_ge0 andbT.
  rewrite -(pmulr_rle0 _ t0); apply: le_trans (Ht _) _.
  by rewrite -{1}Hs -trmx_mul -row_mul mulmx_ker row0 trmx0 /frob frob20 sqrtr0.
pose y := invmx H *m x; have Hy : H *m y = x by rewrite mulKVmx.
have yx : t * quad H y <= frob2 x.
  rewrite quad_dot Hy -frob_sqr expr2; apply: le_trans (_ : t * (frob y * frob x) <= _).
    by rewrite ler_pmul2l //; apply: le_trans (ler_norm _) (dot_le _ _).
  by rewrite mulrA ler_wpmul2r ?frob_ge0 // -[X in _ <= frob X]Hy.
have xx : 0 < frob2 x by rewrite frob2_gt0.
rewrite -(ler_pmul2r xx); apply: (@le_trans _ _ (t * (quad H x * quad H y))).
  by rewrite -mulrA ler_pmul2l // -expr2 frob2_dot -[X in dot _ X]Hy psd_cauchy_schwarz.
by rewrite mulrCA ler_wpmul2l // H0.
Qed.

End Norm.
