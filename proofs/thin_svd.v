(* Matrices given by a thin singular value decomposition W = U diag(d) V^T, where the columns of U and of V
   are orthonormal. Any shape (U is m x p, V is n x p) and any rank (entries of d may be 0): the Frobenius
   norm, the distance between two such matrices and the deviation from isometry, in singular values. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition svd {R : ringType} {m n p} (U : 'M[R]_(m, p)) (d : 'rV[R]_p) (V : 'M[R]_(n, p)) :=
  U *m diag_mx d *m V^T.

Section Svd.
Variable R : comRingType.
Variables (m n p : nat) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)).
Implicit Types d e : 'rV[R]_p.

Lemma svd_tr d : (svd U d V)^T = svd V d U.
Proof. by rewrite /svd !trmx_mul trmxK tr_diag_mx mulmxA. Qed.

Lemma svdB d e : svd U d V - svd U e V = svd U (d - e) V.
Proof. by rewrite /svd raddfB /= mulmxBr mulmxBl. Qed.

Lemma svdZ a d : a *: svd U d V = svd U (a *: d) V.
Proof. by rewrite /svd linearZ /= -scalemxAr -scalemxAl. Qed.

Lemma svd_const1 : svd U (const_mx 1) V = U *m V^T.
Proof. by rewrite /svd diag_const_mx mulmx1. Qed.

Lemma frob2_diag d : frob2 (diag_mx d) = \sum_j d 0 j ^+ 2.
Proof.
rewrite /frob2 tr_diag_mx mulmx_diag mxtrace_diag.
by apply: eq_bigr => j _; rewrite mxE expr2.
Qed.

(* ||U diag(d) V^T||_F^2 is the sum of the squared singular values. *)
Theorem frob2_svd d : iso U -> iso V -> frob2 (svd U d V) = \sum_j d 0 j ^+ 2.
Proof.
by move=> UU VV; rewrite /svd -mulmxA iso_frob2 // -frob2_tr trmx_mul trmxK iso_frob2 // frob2_tr frob2_diag.
Qed.

(* The squared Frobenius error between two matrices with the same singular vectors. *)
Theorem sfe_svd d e : iso U -> iso V -> sfe (svd U d V) (svd U e V) = \sum_j (d 0 j - e 0 j) ^+ 2.
Proof.
by move=> UU VV; rewrite /sfe svdB frob2_svd //; apply: eq_bigr => j _; rewrite !mxE.
Qed.

(* What replacing W by its polar factor U V^T costs. *)
Corollary sfe_svd_polar d : iso U -> iso V -> sfe (svd U d V) (U *m V^T) = \sum_j (d 0 j - 1) ^+ 2.
Proof.
by move=> UU VV; rewrite -svd_const1 sfe_svd //; apply: eq_bigr => j _; rewrite mxE.
Qed.

End Svd.

Section Dfi.
Variable R : comRingType.
Variables (m n p : nat) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)).
Implicit Types d : 'rV[R]_p.

(* Deviation from isometry in singular values; each of the n - p missing ones (wide or thin W) counts 1. *)
Theorem dfi_svd d : iso U -> iso V ->
  dfi (svd U d V) = \sum_j (d 0 j ^+ 2 - 1) ^+ 2 + (n%:R - p%:R).
Proof.
move=> UU VV; pose g : 'rV_p := \row_j (d 0 j ^+ 2).
have gram : (svd U d V)^T *m svd U d V = svd V g V.
  rewrite svd_tr /svd -!mulmxA (mulmxA U^T) UU mul1mx (mulmxA (diag_mx d)) mulmx_diag.
  by congr (V *m (diag_mx _ *m _)); apply/rowP => j; rewrite !mxE expr2.
rewrite /dfi gram frob2B frob2_svd //.
have -> : dot (svd V g V) 1%:M = \sum_j d 0 j ^+ 2.
  rewrite dotC /dot trmx1 mul1mx /svd mxtrace_mulC mulmxA VV mul1mx mxtrace_diag.
  by apply: eq_bigr => j _; rewrite mxE.
have -> : frob2 (1%:M : 'M[R]_n) = n%:R by rewrite /frob2 trmx1 mul1mx mxtrace1.
have -> : \sum_j (d 0 j ^+ 2 - 1) ^+ 2 = \sum_j (g 0 j ^+ 2 - 2%:R * d 0 j ^+ 2 + 1).
  by apply: eq_bigr => j _; rewrite mxE; move: (d 0 j) => x; ring.
rewrite big_split sumrB -mulr_sumr /= sumr_const card_ord.
by move: (\sum_j _) (\sum_j _) => x y; ring.
Qed.

End Dfi.

(* Tall or square W (all n singular values present): the deviation is the sum of (d_j^2 - 1)^2. *)
Corollary dfi_svd_tall (R : comRingType) m n (U : 'M[R]_(m, n)) (V : 'M[R]_n) (d : 'rV[R]_n) :
  iso U -> iso V -> dfi (svd U d V) = \sum_j (d 0 j ^+ 2 - 1) ^+ 2.
Proof. by move=> UU VV; rewrite dfi_svd // subrr addr0. Qed.

Section Ordered.
Variable R : realDomainType.

(* Every squared singular value is at most ||W||_F^2: Frobenius scaling puts all of them in [0, 1]. *)
Theorem singular_value_le_frob2 m n p (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)) (d : 'rV[R]_p) j :
  iso U -> iso V -> d 0 j ^+ 2 <= frob2 (svd U d V).
Proof.
move=> UU VV; rewrite frob2_svd // (bigD1 j) //= ler_addl.
by apply: sumr_ge0 => i _; apply: sqr_ge0.
Qed.

End Ordered.
