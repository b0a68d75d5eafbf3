(* The Hessian of the softmax cross-entropy in the logits lies between 0 and 1/2: the constant beta of
   arXiv 2602.08040, theorem 2. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Softmax.
Variable R : realFieldType.

(* The Hessian of the softmax cross-entropy in the logits is diag p - p p^T. *)
Definition softmax_hessian n (p : 'cV[R]_n) : 'M[R]_n := diag_mx p^T - p *m p^T.

Lemma quad_softmax n (p z : 'cV[R]_n) :
  quad (softmax_hessian p) z = \sum_i p i 0 * z i 0 ^+ 2 - (\sum_i p i 0 * z i 0) ^+ 2.
Proof.
rewrite quadE mulmxBr mulmxBl mxE [X in _ + X]mxE; congr (_ - _).
  rewrite mxE; apply: eq_bigr => i _; rewrite mul_mx_diag !mxE. by rewrite [z _ _ * _]mulrC -mulrA.
rewrite mulmxA -mulmxA mxE big_ord_recl big_ord0 addr0 expr2; congr (_ * _); rewrite mxE.
  by apply: eq_bigr => i _; rewrite !mxE mulrC.
by apply: eq_bigr => i _; rewrite !mxE.
Qed.

Lemma sum_square n (p z : 'cV[R]_n) (m : R) : \sum_i p i 0 = 1 ->
  \sum_i p i 0 * (z i 0 + m) ^+ 2 =
  \sum_i p i 0 * z i 0 ^+ 2 + 2%:R * m * (\sum_i p i 0 * z i 0) + m ^+ 2.
Proof.
move=> p1; rewrite -[X in _ + X]mulr1 -[X in _ + _ * X]p1 !mulr_sumr -!big_split /=.
by apply: eq_bigr => i _; move: (p i 0) (z i 0) => a b; ring.
Qed.

(* The Hessian of the softmax cross-entropy is positive semidefinite ... *)
Theorem softmax_hessian_psd n (p : 'cV[R]_n) :
  (forall i, 0 <= p i 0) -> \sum_i p i 0 = 1 -> psd (softmax_hessian p).
Proof.
move=> p0 p1 z; rewrite quad_softmax; set m := \sum_i p i 0 * z i 0.
have -> : \sum_i p i 0 * z i 0 ^+ 2 - m ^+ 2 = \sum_i p i 0 * (z i 0 + - m) ^+ 2.
  by rewrite sum_square // -/m; move: (\sum_i _ * _ ^+ 2) m => a b; ring.
by apply: sumr_ge0 => i _; rewrite mulr_ge0 ?sqr_ge0.
Qed.

(* ... and at most 1/2: the constant beta of arXiv 2602.08040, theorem 2. *)
Theorem softmax_hessian_le_half n (p z : 'cV[R]_n) :
  (forall i, 0 <= p i 0) -> \sum_i p i 0 = 1 -> quad (softmax_hessian p) z <= 2%:R^-1 * frob2 z.
Proof.
move=> p0 p1; rewrite quad_softmax; set m := \sum_i p i 0 * z i 0; set q := \sum_i p i 0 * z i 0 ^+ 2.
have pairs : \sum_i p i 0 * (\sum_j p j 0 * (z j 0 + z i 0) ^+ 2) = 2%:R * (q + m ^+ 2).
  rewrite (eq_bigr (fun i => p i 0 * z i 0 ^+ 2 + (2%:R * m * (p i 0 * z i 0) + q * p i 0))); last first.
    by move=> i _; rewrite sum_square // -/q -/m; move: (p i 0) (z i 0) q m => a b c d; ring.
  by rewrite !big_split /= -!mulr_sumr p1 -/q -/m; move: q m => c d; ring.
have diag : \sum_i 2%:R * (p i 0 * z i 0) ^+ 2 <= q + m ^+ 2.
  rewrite -(ler_pmul2l (ltr0Sn R 1)) -pairs mulr_sumr; apply: ler_sum => i _.
  rewrite (bigD1 i) //= mulrDr ler_paddr ?mulr_ge0 ?sumr_ge0 // => [j _|].
    by rewrite mulr_ge0 ?sqr_ge0.
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; move: (p i 0) (z i 0) => a b; ring.
apply: (@le_trans _ _ (2%:R * q - \sum_i 2%:R * (p i 0 * z i 0) ^+ 2)).
  have alg (a b c : R) : 2%:R * b - a - (b - c) = b + c - a by ring.
  by rewrite -subr_ge0 alg subr_ge0.
rewrite /q mulr_sumr -sumrB frob2_col mulr_sumr; apply: ler_sum => i _; rewrite -subr_ge0.
have -> : 2%:R^-1 * z i 0 ^+ 2 - (2%:R * (p i 0 * z i 0 ^+ 2) - 2%:R * (p i 0 * z i 0) ^+ 2) =
  2%:R * ((p i 0 - 2%:R^-1) * z i 0) ^+ 2.
  by move: (p i 0) (z i 0) => a b; field.
by rewrite mulr_ge0 ?ler0n ?sqr_ge0.
Qed.

(* The gradient p - y of the softmax cross-entropy, y the label, has norm at most sqrt 2. *)
Theorem softmax_gradient_le n (p : 'cV[R]_n) k :
  (forall i, 0 <= p i 0) -> \sum_i p i 0 = 1 -> frob2 (p - delta_mx k 0) <= 2%:R.
Proof.
move=> p0 p1; have pd : dot p (delta_mx k 0) = p k 0.
  rewrite dotE big_ord_recl big_ord0 addr0 (bigD1 k) //= mxE !eqxx mulr1 big1 ?addr0 // => i ik.
  by rewrite mxE (negbTE ik) mulr0.
have d1 : frob2 (delta_mx k 0 : 'cV[R]_n) = 1.
  rewrite frob2_col (bigD1 k) //= mxE !eqxx expr1n big1 ?addr0 // => i ik.
  by rewrite mxE (negbTE ik) expr0n.
rewrite frob2B pd d1 -[2%:R in X in _ <= X]/(1 + 1) ler_add2r ler_subl_addr.
apply: (@le_trans _ _ 1); last by rewrite ler_addl mulr_ge0 ?ler0n.
rewrite frob2_col -p1; apply: ler_sum => i _; rewrite expr2 ler_pimulr // -p1 (bigD1 i) //= ler_addl.
exact: sumr_ge0.
Qed.

End Softmax.

(* The constant 1/2 is attained: two equal probabilities, and logits that move apart (arXiv 2602.08040, theorem 2). *)
Theorem softmax_half_attained (R : realFieldType) :
  let p := const_mx 2%:R^-1 : 'cV[R]_2 in
  let z := \col_i (-1) ^+ i : 'cV[R]_2 in
  quad (softmax_hessian p) z = 2%:R^-1 * frob2 z /\ frob2 z = 2%:R.
Proof.
move=> p z; have zz : frob2 z = 2%:R.
  by rewrite frob2_col !big_ord_recl big_ord0 !mxE /= expr0 expr1 sqrrN expr1n addr0.
split=> //; rewrite zz quad_softmax !big_ord_recl !big_ord0 !mxE /= expr0 expr1 !addr0 expr1n mulr1 sqrrN.
by rewrite expr1n mulr1 mulrN1 subrr expr0n subr0 -mulr2n -mulr_natr.
Qed.
