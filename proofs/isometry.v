(* What a small deviation from isometry, dfi W = ||W^T W - 1||_F^2, buys: W keeps every length up to the
   factors sqrt (1 +- sqrt (dfi W)), so its singular values are near 1 and its condition number is bounded.
   With a gain c > 0, dfi (c^-1 W) measures the deviation from c times an isometry. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Eigenvalue.
Variable R : realDomainType.

(* ||A x|| <= ||A||_F ||x||. *)
Lemma frob2_mulmx_col m n (A : 'M[R]_(m, n)) (x : 'cV[R]_n) : frob2 (A *m x) <= frob2 A * frob2 x.
Proof.
rewrite -(frob2_tr A) (frob2_sum_col A^T) frob2_col mulr_suml; apply: ler_sum => i _.
suff -> : (A *m x) i 0 = dot (col i A^T) x by apply: cauchy_schwarz.
rewrite mxE dotE big_ord_recl big_ord0 addr0.
by apply: eq_bigr => j _; rewrite !mxE.
Qed.

(* Every eigenvalue s of W^T W, that is, every squared singular value, has (s - 1)^2 <= dfi W. *)
Theorem eigenvalue_dfi m n (W : 'M[R]_(m, n)) (x : 'cV[R]_n) (s : R) :
  x != 0 -> W^T *m W *m x = s *: x -> (s - 1) ^+ 2 <= dfi W.
Proof.
move=> x0 Wx; have := frob2_mulmx_col (W^T *m W - 1%:M) x.
rewrite mulmxBl mul1mx Wx -{2}[x]scale1r -scalerBl frob2Z.
by rewrite ler_pmul2r // frob2_gt0.
Qed.

End Eigenvalue.

Section Ring.
Variable R : fieldType.

(* Relative to a gain c, the deviation measures W^T W against c^2. *)
Lemma gram_gain m n (W : 'M[R]_(m, n)) c : (c^-1 *: W)^T *m (c^-1 *: W) = (c ^+ 2)^-1 *: (W^T *m W).
Proof. by rewrite [(_ *: _)^T]linearZ /= -scalemxAl -scalemxAr scalerA -expr2 exprVn. Qed.

Lemma dfi_gain m n (W : 'M[R]_(m, n)) c :
  c != 0 -> c ^+ 4 * dfi (c^-1 *: W) = frob2 (W^T *m W - c ^+ 2 *: 1%:M).
Proof.
move=> c0; rewrite /dfi gram_gain (exprM c 2 2) -frob2Z scalerBr scalerA.
by rewrite divff ?scale1r // expf_neq0.
Qed.

End Ring.

(* dfi (c^-1 W) = 0 exactly for c times an isometry. *)
Theorem dfi_gain_eq0 (R : realFieldType) m n (W : 'M[R]_(m, n)) (c : R) :
  c != 0 -> dfi (c^-1 *: W) = 0 <-> W^T *m W = c ^+ 2 *: 1%:M.
Proof.
move=> c0; rewrite dfi_eq0 /iso gram_gain; split=> [h|->].
  by rewrite -h scalerA divff ?scale1r // expf_neq0.
by rewrite scalerA mulVf ?scale1r // expf_neq0.
Qed.

Section Length.
Variable R : rcfType.
Variables (m n : nat).
Implicit Types (W : 'M[R]_(m, n)) (x y : 'cV[R]_n).

Lemma gram_length W x : frob2 (W *m x) = frob2 x + dot x ((W^T *m W - 1%:M) *m x).
Proof. by rewrite mulmxBl mul1mx dotBr -mulmxA -dot_mull addrC -!frob2_dot subrK. Qed.

Lemma length_change W x : `|frob2 (W *m x) - frob2 x| <= Num.sqrt (dfi W) * frob2 x.
Proof.
rewrite gram_length addrC addKr; apply: (le_trans (dot_le _ _)).
rewrite -(frob_sqr x) expr2 mulrCA ler_wpmul2l ?frob_ge0 //.
by rewrite /frob -sqrtrM ?frob2_ge0 // ler_wsqrtr // frob2_mulmx_col.
Qed.

(* W keeps squared lengths up to the factors 1 - sqrt (dfi W) and 1 + sqrt (dfi W). *)
Theorem dfi_length W x :
  (1 - Num.sqrt (dfi W)) * frob2 x <= frob2 (W *m x) <= (1 + Num.sqrt (dfi W)) * frob2 x.
Proof.
have := length_change W x; rewrite ler_distl.
by rewrite mulrBl mulrDl mul1r.
Qed.

(* The spectral norm: ||W||_2^2 <= 1 + sqrt (dfi W). *)
Theorem dfi_opnorm W : opnorm W (Num.sqrt (1 + Num.sqrt (dfi W))).
Proof.
move=> x; rewrite sqr_sqrtr ?addr_ge0 ?ler01 ?sqrtr_ge0 //.
by have /andP[] := dfi_length W x.
Qed.

(* Below 1, the deviation excludes a null space: W has full column rank. *)
Theorem dfi_lt1_injective W x : dfi W < 1 -> W *m x = 0 -> x = 0.
Proof.
move=> W1 Wx; apply/eqP; rewrite -frob2_eq0 eq_le frob2_ge0 andbT.
have e1 : 0 < 1 - Num.sqrt (dfi W) by rewrite subr_gt0 -[X in _ < X]sqrtr1 ltr_sqrt ?ltr01.
have /andP[lo _] := dfi_length W x; move: lo; rewrite Wx frob20.
by rewrite pmulr_rle0.
Qed.

(* So a weight with a null space, however it got there, has a deviation of at least 1. *)
Corollary null_space_dfi W x : x != 0 -> W *m x = 0 -> 1 <= dfi W.
Proof. by move=> x0 Wx; rewrite leNgt; apply: contraNN x0 => W1; rewrite (dfi_lt1_injective W1 Wx). Qed.

(* The condition number: |Wx| / |Wy| <= sqrt ((1 + e) / (1 - e)) for unit x, y, with e = sqrt (dfi W). *)
Theorem dfi_condition W x y : dfi W <= 1 ->
  (1 - Num.sqrt (dfi W)) * frob2 (W *m x) * frob2 y <= (1 + Num.sqrt (dfi W)) * frob2 x * frob2 (W *m y).
Proof.
move=> W1; set e := Num.sqrt _.
have e1 : 0 <= 1 - e by rewrite subr_ge0 -[X in _ <= X]sqrtr1 ler_wsqrtr.
have /andP[_ hi] := dfi_length W x; have /andP[lo _] := dfi_length W y; rewrite -/e in hi lo.
apply: (@le_trans _ _ (((1 - e) * frob2 y) * ((1 + e) * frob2 x))).
  by rewrite mulrAC ler_wpmul2l // mulr_ge0 ?frob2_ge0.
rewrite mulrC ler_wpmul2l // mulr_ge0 ?frob2_ge0 //.
by rewrite addr_ge0 ?ler01 ?sqrtr_ge0.
Qed.

(* The same with a gain: |Wx| is c |x| up to the factors 1 -+ e, e = sqrt (dfi (c^-1 W)). *)
Theorem dfi_gain_length W c x : 0 < c ->
  c ^+ 2 * (1 - Num.sqrt (dfi (c^-1 *: W))) * frob2 x <= frob2 (W *m x) <=
  c ^+ 2 * (1 + Num.sqrt (dfi (c^-1 *: W))) * frob2 x.
Proof.
move=> c0; have := dfi_length (c^-1 *: W) x; rewrite -scalemxAl frob2Z exprVn.
have c2 : 0 < c ^+ 2 by rewrite exprn_gt0.
by rewrite ler_pdivl_mull // ler_pdivr_mull // !mulrA.
Qed.

(* The spectral norm with a gain: ||W||_2^2 <= c^2 (1 + sqrt (dfi (c^-1 W))). *)
Theorem dfi_gain_opnorm W c : 0 < c -> opnorm W (c * Num.sqrt (1 + Num.sqrt (dfi (c^-1 *: W)))).
Proof.
move=> c0 x; rewrite exprMn sqr_sqrtr ?addr_ge0 ?ler01 ?sqrtr_ge0 //.
by have /andP[] := dfi_gain_length W x c0.
Qed.

(* Injectivity needs the deviation relative to the gain to be below 1, whatever the gain. *)
Theorem dfi_gain_injective W c x : 0 < c -> dfi (c^-1 *: W) < 1 -> W *m x = 0 -> x = 0.
Proof. by move=> c0 W1 Wx; apply: (dfi_lt1_injective W1); rewrite -scalemxAl Wx scaler0. Qed.

End Length.

(* The bound 1 on the deviation cannot be weakened: the 1 x 1 zero weight has deviation exactly 1. *)
Theorem dfi_one_not_injective (R : rcfType) : dfi (0 : 'M[R]_1) = 1.
Proof. by rewrite /dfi mulmx0 sub0r frob2N frob2_iso // /iso trmx1 mul1mx. Qed.
