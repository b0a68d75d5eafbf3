(* Frobenius norm, inner product and quadratic forms: what all other files speak of.

   frob2 A = ||A||_F^2, dot A B = <A, B>_F, sfe W V = ||W - V||_F^2 (squared Frobenius error),
   dfi V = ||V^T V - I||_F^2 (deviation from isometry), iso V: V^T V = I, frob A = ||A||_F,
   quad M x = x^T M x, psd M: quad M x >= 0 for every x (symmetry is asked for where it is needed),
   opnorm W s: ||W||_2 <= |s|, in the form ||W x||^2 <= s^2 ||x||^2 for every x. Nothing here
   needs an axiom. *)

From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Ring.
Variable R : comRingType.

Definition dot {m n} (A B : 'M[R]_(m, n)) : R := \tr (A^T *m B).
Definition frob2 {m n} (A : 'M[R]_(m, n)) : R := \tr (A^T *m A).
Definition sfe {m n} (W V : 'M[R]_(m, n)) : R := frob2 (W - V).
Definition iso {m n} (V : 'M[R]_(m, n)) : Prop := V^T *m V = 1%:M.
Definition dfi {m n} (V : 'M[R]_(m, n)) : R := frob2 (V^T *m V - 1%:M).
Definition quad {n} (M : 'M[R]_n) (x : 'cV[R]_n) : R := \tr (x^T *m M *m x).

Lemma dotE m n (A B : 'M[R]_(m, n)) : dot A B = \sum_j \sum_i A i j * B i j.
Proof.
rewrite /dot /mxtrace; apply: eq_bigr => j _; rewrite mxE.
by apply: eq_bigr => i _; rewrite !mxE.
Qed.

Lemma frob2E m n (A : 'M[R]_(m, n)) : frob2 A = \sum_j \sum_i A i j ^+ 2.
Proof. by rewrite /frob2 -[LHS]/(dot A A) dotE; apply: eq_bigr => j _; apply: eq_bigr => i _. Qed.

Lemma frob2_dot m n (A : 'M[R]_(m, n)) : frob2 A = dot A A. Proof. by []. Qed.

Lemma dotC m n (A B : 'M[R]_(m, n)) : dot A B = dot B A.
Proof. by rewrite /dot -[in RHS](trmxK A) -trmx_mul mxtrace_tr. Qed.

Lemma dotDl m n (A B C : 'M[R]_(m, n)) : dot (A + B) C = dot A C + dot B C.
Proof. by rewrite /dot linearD /= mulmxDl mxtraceD. Qed.

Lemma dotDr m n (A B C : 'M[R]_(m, n)) : dot A (B + C) = dot A B + dot A C.
Proof. by rewrite /dot mulmxDr mxtraceD. Qed.

Lemma dotNl m n (A B : 'M[R]_(m, n)) : dot (- A) B = - dot A B.
Proof. by rewrite /dot linearN /= mulNmx raddfN. Qed.

Lemma dotNr m n (A B : 'M[R]_(m, n)) : dot A (- B) = - dot A B.
Proof. by rewrite /dot mulmxN raddfN. Qed.

Lemma dotBl m n (A B C : 'M[R]_(m, n)) : dot (A - B) C = dot A C - dot B C.
Proof. by rewrite dotDl dotNl. Qed.

Lemma dotBr m n (A B C : 'M[R]_(m, n)) : dot A (B - C) = dot A B - dot A C.
Proof. by rewrite dotDr dotNr. Qed.

Lemma dotZl m n (c : R) (A B : 'M[R]_(m, n)) : dot (c *: A) B = c * dot A B.
Proof. by rewrite /dot linearZ /= -scalemxAl mxtraceZ. Qed.

Lemma dotZr m n (c : R) (A B : 'M[R]_(m, n)) : dot A (c *: B) = c * dot A B.
Proof. by rewrite dotC dotZl dotC. Qed.

Lemma dot0l m n (B : 'M[R]_(m, n)) : dot 0 B = 0.
Proof. by rewrite /dot trmx0 mul0mx mxtrace0. Qed.

Lemma dot0r m n (A : 'M[R]_(m, n)) : dot A 0 = 0. Proof. by rewrite dotC dot0l. Qed.

(* <C A, B> = <A, C^T B> and <A C, B> = <A, B C^T> *)
Lemma dot_mull m n p (C : 'M[R]_(m, p)) (A : 'M[R]_(p, n)) (B : 'M[R]_(m, n)) :
  dot (C *m A) B = dot A (C^T *m B).
Proof. by rewrite /dot trmx_mul -mulmxA. Qed.

Lemma dot_mulr m n p (C : 'M[R]_(p, n)) (A : 'M[R]_(m, p)) (B : 'M[R]_(m, n)) :
  dot (A *m C) B = dot A (B *m C^T).
Proof. by rewrite /dot trmx_mul -mulmxA mxtrace_mulC -mulmxA. Qed.

Lemma dot_tr m n (A B : 'M[R]_(m, n)) : dot A^T B^T = dot A B.
Proof. by rewrite /dot trmxK mxtrace_mulC -[RHS]mxtrace_tr trmx_mul trmxK. Qed.

Lemma frob2_tr m n (A : 'M[R]_(m, n)) : frob2 A^T = frob2 A.
Proof. exact: dot_tr. Qed.

Lemma frob2D m n (A B : 'M[R]_(m, n)) : frob2 (A + B) = frob2 A + 2%:R * dot A B + frob2 B.
Proof. by rewrite !frob2_dot dotDl !dotDr (dotC B A) mulr_natl mulr2n !addrA. Qed.

Lemma frob2N m n (A : 'M[R]_(m, n)) : frob2 (- A) = frob2 A.
Proof. by rewrite !frob2_dot dotNl dotNr opprK. Qed.

Lemma frob2B m n (A B : 'M[R]_(m, n)) : frob2 (A - B) = frob2 A - 2%:R * dot A B + frob2 B.
Proof. by rewrite frob2D dotNr mulrN frob2N. Qed.

Lemma frob2Z m n (c : R) (A : 'M[R]_(m, n)) : frob2 (c *: A) = c ^+ 2 * frob2 A.
Proof. by rewrite !frob2_dot dotZl dotZr mulrA. Qed.

Lemma frob20 m n : frob2 (0 : 'M[R]_(m, n)) = 0. Proof. by rewrite frob2_dot dot0l. Qed.

(* An isometry keeps the norm of what it is applied to. *)
Lemma iso_frob2 m n p (Q : 'M[R]_(m, n)) (A : 'M[R]_(n, p)) : iso Q -> frob2 (Q *m A) = frob2 A.
Proof. by move=> QQ; rewrite !frob2_dot dot_mull (mulmxA Q^T) QQ mul1mx. Qed.

Lemma frob2_iso m n (Q : 'M[R]_(m, n)) : iso Q -> frob2 Q = n%:R.
Proof. by rewrite /frob2 => ->; rewrite mxtrace1. Qed.

Lemma quadE n (M : 'M[R]_n) (x : 'cV[R]_n) : quad M x = (x^T *m M *m x) 0 0.
Proof. by rewrite /quad {1}(mx11_scalar (_ *m x)) mxtrace_scalar mulr1n. Qed.

Lemma quad_dot n (M : 'M[R]_n) (x : 'cV[R]_n) : quad M x = dot x (M *m x).
Proof. by rewrite /quad /dot mulmxA. Qed.

Lemma frob2_col n (x : 'cV[R]_n) : frob2 x = \sum_i x i 0 ^+ 2.
Proof. by rewrite frob2E big_ord_recl big_ord0 addr0. Qed.

(* The trace of A M A^T is the sum of the quadratic forms of the rows of A. *)
Lemma trace_quad m n (A : 'M[R]_(m, n)) (M : 'M[R]_n) :
  \tr (A *m M *m A^T) = \sum_i quad M (row i A)^T.
Proof.
rewrite /mxtrace; apply: eq_bigr => i _; rewrite quadE trmxK.
by rewrite -row_mul !mxE; apply: eq_bigr => j _; rewrite !mxE.
Qed.

End Ring.

Section Ordered.
Variable R : realDomainType.

Definition psd {n} (M : 'M[R]_n) : Prop := forall x : 'cV[R]_n, 0 <= quad M x.
Definition posdef {n} (M : 'M[R]_n) : Prop := forall x : 'cV[R]_n, x != 0 -> 0 < quad M x.
Definition opnorm {m n} (W : 'M[R]_(m, n)) (s : R) : Prop :=
  forall x : 'cV[R]_n, frob2 (W *m x) <= s ^+ 2 * frob2 x.

Lemma frob2_ge0 m n (A : 'M[R]_(m, n)) : 0 <= frob2 A.
Proof. by rewrite frob2E; apply: sumr_ge0 => j _; apply: sumr_ge0 => i _; apply: sqr_ge0. Qed.

Lemma frob2_eq0 m n (A : 'M[R]_(m, n)) : (frob2 A == 0) = (A == 0).
Proof.
apply/idP/eqP => [|->]; last by rewrite frob20.
rewrite frob2E psumr_eq0 => [/allP z|j _]; last by apply: sumr_ge0 => i _; apply: sqr_ge0.
apply/matrixP => i j; rewrite mxE; move: (z j (mem_index_enum j)) => /=.
rewrite psumr_eq0 => [/allP zi|k _]; last exact: sqr_ge0.
by move: (zi i (mem_index_enum i)) => /=; rewrite sqrf_eq0 => /eqP.
Qed.

Lemma frob2_gt0 m n (A : 'M[R]_(m, n)) : (0 < frob2 A) = (A != 0).
Proof. by rewrite lt_def frob2_ge0 frob2_eq0 andbT. Qed.

Lemma sfe_ge0 m n (W V : 'M[R]_(m, n)) : 0 <= sfe W V. Proof. exact: frob2_ge0. Qed.

Lemma dfi_ge0 m n (V : 'M[R]_(m, n)) : 0 <= dfi V. Proof. exact: frob2_ge0. Qed.

Lemma dfi_eq0 m n (V : 'M[R]_(m, n)) : dfi V = 0 <-> iso V.
Proof.
split=> [/eqP|VV]; last by rewrite /dfi VV subrr frob20.
by rewrite /dfi frob2_eq0 subr_eq0 => /eqP.
Qed.

(* tr (A M A^T) >= 0 for M >= 0. *)
Lemma trace_psd m n (A : 'M[R]_(m, n)) (M : 'M[R]_n) : psd M -> 0 <= \tr (A *m M *m A^T).
Proof. by move=> M0; rewrite trace_quad; apply: sumr_ge0 => i _; apply: M0. Qed.

Lemma trace_posdef m n (A : 'M[R]_(m, n)) (M : 'M[R]_n) :
  posdef M -> (\tr (A *m M *m A^T) == 0) = (A == 0).
Proof.
move=> Mp; have M0 : psd M.
  by move=> x; have [->|/Mp /ltW //] := eqVneq x 0; rewrite quad_dot dot0l.
apply/idP/eqP => [|->]; last by rewrite !mul0mx mxtrace0.
rewrite trace_quad psumr_eq0 => [/allP z|i _]; last exact: M0.
apply/row_matrixP => i; rewrite row0; apply: trmx_inj; rewrite trmx0; apply/eqP.
have /= zi := z i (mem_index_enum i).
by apply: contraTT zi => /Mp; rewrite lt_def => /andP[].
Qed.

Lemma psd_gram m n (B : 'M[R]_(m, n)) : psd (B^T *m B).
Proof. by move=> x; rewrite quad_dot -mulmxA dotC dot_mull trmxK; apply: frob2_ge0. Qed.

Lemma frob2_sum_col m n (A : 'M[R]_(m, n)) : frob2 A = \sum_j frob2 (col j A).
Proof.
rewrite frob2E; apply: eq_bigr => j _; rewrite frob2_col.
by apply: eq_bigr => i _; rewrite mxE.
Qed.

(* ||W A||_F <= s ||A||_F once ||W||_2 <= s. *)
Lemma opnorm_mull m n p (W : 'M[R]_(m, n)) (s : R) (A : 'M[R]_(n, p)) :
  opnorm W s -> frob2 (W *m A) <= s ^+ 2 * frob2 A.
Proof.
move=> Ws; rewrite (frob2_sum_col (W *m A)) (frob2_sum_col A) mulr_sumr.
by apply: ler_sum => j _; rewrite !colE -mulmxA; apply: Ws.
Qed.

(* Cauchy-Schwarz. *)
Lemma cauchy_schwarz m n (A B : 'M[R]_(m, n)) : dot A B ^+ 2 <= frob2 A * frob2 B.
Proof.
have [->|B0] := eqVneq B 0; first by rewrite dot0r frob20 mulr0 expr0n.
have b0 : 0 < frob2 B by rewrite frob2_gt0.
have := frob2_ge0 (frob2 B *: A - dot A B *: B).
rewrite frob2B !frob2Z dotZl dotZr.
set a := frob2 A; set b := frob2 B; set d := dot A B => h.
have {h} : 0 <= b * (a * b - d ^+ 2).
  move: h; suff -> : b ^+ 2 * a - 2%:R * (b * (d * d)) + d ^+ 2 * b = b * (a * b - d ^+ 2) by [].
  rewrite mulr_natl mulr2n mulrBr !expr2 !opprD.
  rewrite [b * b * a]mulrAC -[b * a * b]mulrA [d * d * b]mulrC.
  by rewrite !addrA subrK.
by rewrite pmulr_rge0 // subr_ge0.
Qed.

End Ordered.

Section Norm.
Variable R : rcfType.

Definition frob {m n} (A : 'M[R]_(m, n)) : R := Num.sqrt (frob2 A).

Lemma frob_ge0 m n (A : 'M[R]_(m, n)) : 0 <= frob A. Proof. exact: sqrtr_ge0. Qed.

Lemma frob_sqr m n (A : 'M[R]_(m, n)) : frob A ^+ 2 = frob2 A.
Proof. by rewrite sqr_sqrtr // frob2_ge0. Qed.

Lemma frob_eq0 m n (A : 'M[R]_(m, n)) : (frob A == 0) = (A == 0).
Proof. by rewrite -sqrf_eq0 frob_sqr frob2_eq0. Qed.

Lemma frob_tr m n (A : 'M[R]_(m, n)) : frob A^T = frob A.
Proof. by rewrite /frob frob2_tr. Qed.

Lemma frobN m n (A : 'M[R]_(m, n)) : frob (- A) = frob A.
Proof. by rewrite /frob frob2N. Qed.

Lemma frobZ m n (c : R) (A : 'M[R]_(m, n)) : frob (c *: A) = `|c| * frob A.
Proof. by rewrite /frob frob2Z sqrtrM ?sqr_ge0 // sqrtr_sqr. Qed.

Lemma frob_iso m n p (Q : 'M[R]_(m, n)) (A : 'M[R]_(n, p)) : iso Q -> frob (Q *m A) = frob A.
Proof. by move=> QQ; rewrite /frob iso_frob2. Qed.

Lemma dot_le m n (A B : 'M[R]_(m, n)) : `|dot A B| <= frob A * frob B.
Proof.
by rewrite -sqrtr_sqr -sqrtrM ?frob2_ge0 //; apply/ler_wsqrtr/cauchy_schwarz.
Qed.

Lemma frob_triangle m n (A B : 'M[R]_(m, n)) : frob (A + B) <= frob A + frob B.
Proof.
rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?addr_ge0 ?frob_ge0 // frob_sqr frob2D sqrrD !frob_sqr.
rewrite ler_add2r ler_add2l mulr_natl ler_muln2r /=.
exact: le_trans (ler_norm _) (dot_le _ _).
Qed.

Lemma frob_mull m n p (W : 'M[R]_(m, n)) (s : R) (A : 'M[R]_(n, p)) :
  0 <= s -> opnorm W s -> frob (W *m A) <= s * frob A.
Proof.
move=> s0 Ws; rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?mulr_ge0 ?frob_ge0 //.
by rewrite exprMn !frob_sqr opnorm_mull.
Qed.

End Norm.
