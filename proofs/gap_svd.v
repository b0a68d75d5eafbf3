(* The gap by singular values: W = U diag(d) Z^T of any rank, d >= 0.

   U Z^T is a nearest isometry (arXiv 2602.08040: FIRE's solution), the others as near are known
   exactly, and the least squared error with gain c >= 0 is the sum of the (d_j - c)^2. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius gap.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Svd.
Variable R : realFieldType.
Variables m n : nat.
Variables (W U : 'M[R]_(m, n)) (Z : 'M[R]_n) (d : 'rV[R]_n).
Hypothesis svd : W = U *m diag_mx d *m Z^T.
Hypotheses (UU : iso U) (ZZ : iso Z) (d0 : forall j, 0 <= d 0 j).

Lemma psd_diag : psd (Z *m diag_mx d *m Z^T).
Proof.
move=> x; have -> : quad (Z *m diag_mx d *m Z^T) x = dot (Z^T *m x) (diag_mx d *m (Z^T *m x)).
  by rewrite dot_mull trmxK quad_dot !mulmxA.
move: (Z^T *m x) => y; rewrite dotE; apply: sumr_ge0 => k _; apply: sumr_ge0 => j _.
by rewrite mul_diag_mx mxE mulrCA mulr_ge0 // -expr2 sqr_ge0.
Qed.

Lemma svd_sym : (Z *m diag_mx d *m Z^T)^T = Z *m diag_mx d *m Z^T.
Proof. by rewrite !trmx_mul trmxK tr_diag_mx mulmxA. Qed.

Lemma posdef_diag : (forall j, 0 < d 0 j) -> posdef (Z *m diag_mx d *m Z^T).
Proof.
move=> dp x x0; have Zi : iso Z^T by rewrite /iso trmxK; apply: mulmx1C.
rewrite lt_def psd_diag andbT; apply: contraNneq x0 => /(psd_kernel svd_sym psd_diag) e.
have {e} : diag_mx d *m (Z^T *m x) = 0.
  by move/(congr1 (mulmx Z^T)): e; rewrite mulmx0 !mulmxA ZZ mul1mx.
rewrite -frob2_eq0 -(iso_frob2 x Zi) frob2_eq0; move: (Z^T *m x) => y /matrixP e.
apply/eqP/matrixP => i j; move/eqP: (e i j).
by rewrite mul_diag_mx !mxE mulf_eq0 gt_eqF //= => /eqP.
Qed.

Lemma svd_iso : iso (U *m Z^T).
Proof. by rewrite /iso trmx_mul trmxK mulmxA -(mulmxA Z) UU mulmx1; apply: mulmx1C. Qed.

Lemma svd_polar : W = U *m Z^T *m (Z *m diag_mx d *m Z^T).
Proof. by rewrite svd !mulmxA -(mulmxA U Z^T) ZZ mulmx1. Qed.

(* SVD form, W = U diag(d) Z^T tall, of any rank: the isometry U Z^T is nearest. *)
Theorem svd_optimal (V : 'M[R]_(m, n)) : iso V -> sfe W (U *m Z^T) <= sfe W V.
Proof. by move=> VV; apply: (polar_optimal svd_polar svd_sym psd_diag svd_iso). Qed.

(* ... and the others as near are those with V Z = U wherever the singular value is not 0. *)
Theorem svd_minimisers (V : 'M[R]_(m, n)) : iso V ->
  (sfe W V = sfe W (U *m Z^T) <-> forall j, d 0 j != 0 -> col j (V *m Z) = col j U).
Proof.
move=> VV; rewrite (minimisers svd_polar svd_sym psd_diag svd_iso VV) svd.
have key : V *m (Z *m diag_mx d *m Z^T) = V *m Z *m diag_mx d *m Z^T by rewrite !mulmxA.
rewrite key; split=> [e j dj|e].
  have {e} : V *m Z *m diag_mx d = U *m diag_mx d.
    by move/(congr1 (fun A => A *m Z)): e; rewrite -!(mulmxA _ Z^T) ZZ !mulmx1.
  move=> /matrixP e; apply/matrixP => i k; move: (e i j); rewrite !mul_mx_diag !mxE.
  by apply: mulIf.
congr (_ *m _); apply/matrixP => i j; rewrite !mul_mx_diag !mxE.
have [->|/e/matrixP/(_ i 0)] := eqVneq (d 0 j) 0; first by rewrite !mulr0.
by rewrite !mxE => ->.
Qed.

(* The distance of W to c U Z^T, for every c: the sum of the (d_j - c)^2. *)
Theorem svd_value (c : R) : sfe W (c *: (U *m Z^T)) = \sum_j (d 0 j - c) ^+ 2.
Proof.
have -> : sfe W (c *: (U *m Z^T)) = frob2 (U *m ((diag_mx d - c%:M) *m Z^T)).
  by rewrite /sfe svd mulmxBl mulmxBr mul_scalar_mx -scalemxAr mulmxA.
rewrite (iso_frob2 _ UU) -frob2_tr trmx_mul trmxK (iso_frob2 _ ZZ) frob2_tr frob2E.
apply: eq_bigr => j _; rewrite (bigD1 j) //= big1 => [|i ij]; last first.
  by rewrite !mxE (negPf ij) mulr0n subrr expr0n.
by rewrite !mxE eqxx !mulr1n addr0.
Qed.

(* The optimal squared Frobenius error with gain c >= 0. *)
Corollary svd_optimal_value (c : R) (V : 'M[R]_(m, n)) :
  0 <= c -> iso V -> \sum_j (d 0 j - c) ^+ 2 <= sfe W (c *: V).
Proof.
move=> c0 VV; rewrite -svd_value.
by apply: (polar_optimal_gain c0 svd_polar svd_sym psd_diag svd_iso).
Qed.

End Svd.

(* Wide W = U diag(d) Z^T: U Z^T is nearest among the V with V V^T = I. *)
Corollary svd_optimal_wide (R : realFieldType) m n (W : 'M[R]_(m, n)) (U : 'M[R]_m)
    (Z : 'M[R]_(n, m)) (d : 'rV[R]_m) (V : 'M[R]_(m, n)) :
  W = U *m diag_mx d *m Z^T -> iso U -> iso Z -> (forall j, 0 <= d 0 j) -> iso V^T ->
  sfe W (U *m Z^T) <= sfe W V.
Proof.
move=> svd UU ZZ d0 VV; rewrite -!(sfe_tr W) trmx_mul trmxK.
by apply: (@svd_optimal _ _ _ _ Z U d); rewrite // svd !trmx_mul trmxK tr_diag_mx mulmxA.
Qed.
