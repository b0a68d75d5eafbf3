(* The spectral theorem: a real symmetric matrix has an orthonormal basis of eigenvectors.

   A root of the characteristic polynomial exists in the complex numbers over R; symmetry makes it real;
   a Householder reflection takes the first axis to its eigenvector, and induction does the rest. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import complex ring.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Orthogonal.
Variable R : comUnitRingType.

Lemma iso_right n (P : 'M[R]_n) : iso P -> P *m P^T = 1%:M.
Proof. exact: mulmx1C. Qed.

Lemma iso_mul m n p (P : 'M[R]_(m, n)) (Q : 'M[R]_(n, p)) : iso P -> iso Q -> iso (P *m Q).
Proof. by rewrite /iso => PP QQ; rewrite trmx_mul -mulmxA (mulmxA P^T) PP mul1mx. Qed.

Lemma iso_1 n : iso (1%:M : 'M[R]_n).
Proof. by rewrite /iso trmx1 mul1mx. Qed.

Lemma diag_delta n (d : 'rV[R]_n) j : diag_mx d *m delta_mx j 0 = d 0 j *: (delta_mx j 0 : 'cV[R]_n).
Proof. by apply/colP => k; rewrite mul_diag_mx !mxE eqxx andbT; case: eqP => [->|]; rewrite ?mulr0. Qed.

End Orthogonal.

Section Spectral.
Variable R : rcfType.

(* A symmetric matrix has a real eigenvalue. *)
Lemma symmetric_eigenvalue n (A : 'M[R]_n.+1) : A^T = A -> exists lam, eigenvalue A lam.
Proof.
move=> At; pose f := real_complex R; pose cj (z : R[i]) := conjc z.
have [|z rz] := closed_rootP (char_poly (map_mx f A)) _; first by rewrite size_char_poly.
have /eigenvalueP[v vA v0] : eigenvalue (map_mx f A) z by rewrite eigenvalue_root_char.
pose w := map_mx (@conjc R) v.
have wA : w *m map_mx f A = z^*%C *: w.
  rewrite /w -[map_mx f A](_ : map_mx (@conjc R) (map_mx f A) = _).
    by rewrite -map_mxM vA map_mxZ.
  by apply/matrixP => i j; rewrite !mxE conjc_real.
pose s := \tr (v *m w^T).
have s0 : s != 0.
  apply: contraNneq v0; rewrite /s trace_mx11 mxE => /eqP; rewrite psumr_eq0 => [/allP h|i _].
    apply/eqP/rowP => i; rewrite mxE; move: (h i (mem_index_enum i)).
    by rewrite !mxE -sqr_normc sqrf_eq0 normr_eq0 => /eqP.
  by rewrite !mxE mulcJ_ge0.
have zr : z = z^*%C.
  apply: (mulIf s0); rewrite /s.
  transitivity (\tr (v *m map_mx f A *m w^T)); first by rewrite vA -scalemxAl mxtraceZ.
  have -> : v *m map_mx f A *m w^T = v *m (w *m map_mx f A)^T by rewrite trmx_mul (map_trmx f A) At mulmxA.
  by rewrite wA linearZ /= -scalemxAr mxtraceZ.
exists (complex.Re z); rewrite eigenvalue_root_char -(fmorph_root [rmorphism of f]) /= map_char_poly.
suff -> : f (complex.Re z) = z by [].
case: {rz vA wA s s0 v0 w v} z zr => a b [] /eqP; rewrite -addr_eq0 -mulr2n mulrn_eq0 /= => /eqP b0.
by rewrite /f b0.
Qed.

(* A Householder reflection takes the first axis to a given unit vector. *)
Lemma householder n (v : 'cV[R]_(1 + n)) : frob2 v = 1 ->
  exists2 P : 'M[R]_(1 + n), P^T = P & iso P /\ P *m delta_mx 0 0 = v.
Proof.
move=> v1; set e := delta_mx 0 0; pose w := v - e.
have e1 : frob2 e = 1.
  rewrite frob2_col (bigD1 0) //= big1 ?mxE ?eqxx ?expr1n ?addr0 // => i i0.
  by rewrite mxE (negPf i0) expr0n.
have [w0|w0] := eqVneq w 0.
  exists 1%:M; rewrite ?trmx1 //; split; rewrite ?mul1mx; first exact: iso_1.
  by apply/esym/eqP; rewrite -subr_eq0 -/w w0.
have f0 : frob2 w != 0 by rewrite frob2_eq0.
pose c := 2%:R / frob2 w; pose P := 1%:M - c *: (w *m w^T).
have Pt : P^T = P by rewrite /P linearB /= trmx1 linearZ /= trmx_mul trmxK.
have ww : w^T *m w = (frob2 w)%:M by rewrite [LHS]mx11_scalar -trace_mx11.
have cw : c * frob2 w = 2%:R by rewrite mulfVK.
exists P => //; split.
  have MM : (c *: (w *m w^T)) *m (c *: (w *m w^T)) = c *: (w *m w^T) + c *: (w *m w^T).
    rewrite -scalemxAr -scalemxAl scalerA -mulmxA (mulmxA w^T) ww mul_scalar_mx -scalemxAr scalerA.
    by rewrite -mulrA cw mulr_natr mulr2n scalerDl.
  by rewrite /iso Pt /P mulmxBl mul1mx mulmxBr mulmx1 MM opprB addrK subrK.
have we : w^T *m e = (- (frob2 w / 2%:R))%:M.
  rewrite [LHS]mx11_scalar -trace_mx11 -[\tr _]/(dot w e) frob2B v1 e1 dotBl -frob2_dot e1.
  by move: (dot v e) => d; congr _%:M; field.
rewrite /P mulmxBl mul1mx -scalemxAl -mulmxA we mul_mx_scalar scalerA mulrN mulrA cw.
by rewrite divff ?pnatr_eq0 // scaleNr scale1r opprK addrC subrK.
Qed.

(* Every real symmetric matrix is P diag(d) P^T with an orthogonal P. *)
Theorem spectral_theorem n (A : 'M[R]_n) : A^T = A ->
  exists P : 'M[R]_n, exists d : 'rV[R]_n, iso P /\ A = P *m diag_mx d *m P^T.
Proof.
elim: n A => [|n IH] A At.
  by exists 1%:M, 0; split; [exact: iso_1|rewrite [A]flatmx0 [RHS]flatmx0].
have [lam /eigenvalueP[u uA u0]] := symmetric_eigenvalue At.
pose v : 'cV[R]_(1 + n) := (frob u)^-1 *: u^T.
have fu : frob u != 0 by rewrite frob_eq0.
have v1 : frob2 v = 1 by rewrite frob2Z frob2_tr -frob_sqr -exprMn mulVf // expr1n.
have vA : A *m v = lam *: v.
  by rewrite /v -scalemxAr -[A in A *m _]At -trmx_mul uA linearZ /= scalerA mulrC -scalerA.
have [P Pt [PP Pe]] := householder v1.
rewrite /iso Pt in PP.
pose B : 'M[R]_(1 + n) := P *m A *m P.
have Bt : B^T = B by rewrite /B !trmx_mul At Pt mulmxA.
have Be : B *m delta_mx 0 0 = lam *: (delta_mx 0 0 : 'cV_(1 + n)).
  by rewrite /B -mulmxA Pe -mulmxA vA -scalemxAr -Pe mulmxA PP mul1mx.
have Bl : lsubmx B = col_mx lam%:M 0.
  apply/matrixP => i j; rewrite ord1 {j}.
  have /matrixP/(_ i 0) := Be; rewrite -colE !mxE.
  rewrite (_ : lshift n 0 = 0); last exact: val_inj.
  move=> ->; case: splitP => k ik; rewrite ?mxE -val_eqE /= ik ?add1n ?mulr0 //.
  by rewrite !ord1 mulr1.
have Bb : B = block_mx lam%:M 0 0 (drsubmx B).
  have [Bul Bdl] : ulsubmx B = lam%:M /\ dlsubmx B = 0.
    by move: Bl; rewrite -{1}[B]submxK block_mxEh row_mxKl => /eq_col_mx.
  have Bur : ursubmx B = 0 by rewrite -[B]Bt -trmx_dlsub Bdl trmx0.
  by rewrite -[LHS]submxK Bul Bdl Bur.
have [|P' [d [PP' Bd]]] := IH (drsubmx B); first by rewrite trmx_drsub Bt.
pose S : 'M[R]_(1 + n) := block_mx 1%:M 0 0 P'.
have SS : iso S.
  rewrite /iso /S tr_block_mx !trmx0 trmx1 mulmx_block !(mul0mx, mulmx0, addr0, add0r) mul1mx PP'.
  by rewrite -scalar_mx_block.
pose D : 'rV[R]_(1 + n) := row_mx (const_mx lam) d.
exists (P *m S), D; split; first by apply: iso_mul => //; rewrite /iso Pt.
have BS : B = S *m diag_mx D *m S^T.
  rewrite Bb Bd /S /D diag_mx_row tr_block_mx !trmx0 trmx1 !mulmx_block diag_const_mx.
  by rewrite !(mul0mx, mulmx0, addr0, add0r) !mul1mx mulmx1.
rewrite trmx_mul Pt mulmxA -2!(mulmxA P) -/D -BS /B !mulmxA PP mul1mx.
by rewrite -mulmxA PP mulmx1.
Qed.

(* In the basis of the columns of P, the quadratic form of P diag(d) P^T is a sum of squares. *)
Lemma quad_spectral m n (P : 'M[R]_(m, n)) (d : 'rV[R]_n) (x : 'cV[R]_m) :
  quad (P *m diag_mx d *m P^T) x = \sum_i d 0 i * (P^T *m x) i 0 ^+ 2.
Proof.
rewrite quad_dot -!mulmxA -[P in dot x (P *m _)]trmxK -dot_mull.
move: (P^T *m x) => y; rewrite dotE big_ord_recl big_ord0 addr0.
by apply: eq_bigr => i _; rewrite mul_diag_mx mxE mulrCA expr2.
Qed.

Lemma frob2_orth n (P : 'M[R]_n) (x : 'cV[R]_n) : iso P -> frob2 x = \sum_i (P^T *m x) i 0 ^+ 2.
Proof. by move=> PP; rewrite -frob2_col iso_frob2 // /iso trmxK iso_right. Qed.

(* The columns of P are eigenvectors, the entries of d are the eigenvalues. *)
Theorem spectral_columns n (P : 'M[R]_n) (d : 'rV[R]_n) i : iso P ->
  (P *m diag_mx d *m P^T) *m col i P = d 0 i *: col i P.
Proof. by move=> PP; rewrite colE !mulmxA -(mulmxA _ P^T) PP mulmx1 -mulmxA scalemxAr diag_delta. Qed.

Lemma frob2_col_iso m n (P : 'M[R]_(m, n)) i : iso P -> frob2 (col i P) = 1.
Proof.
move=> PP; rewrite colE iso_frob2 // frob2_col.
rewrite (bigD1 i) //= big1 ?mxE ?eqxx ?expr1n ?addr0 // => k ki.
by rewrite mxE (negPf ki) expr0n.
Qed.

Lemma quad_spectral_col n (P : 'M[R]_n) (d : 'rV[R]_n) i : iso P ->
  quad (P *m diag_mx d *m P^T) (col i P) = d 0 i.
Proof. by move=> PP; rewrite quad_dot spectral_columns // dotZr -frob2_dot frob2_col_iso ?mulr1. Qed.

(* Eigenvalues between a and b: a |x|^2 <= x^T A x <= b |x|^2. *)
Theorem quad_eigenvalue_range n (P : 'M[R]_n) (d : 'rV[R]_n) (a b : R) (x : 'cV[R]_n) :
  iso P -> (forall i, a <= d 0 i <= b) ->
  a * frob2 x <= quad (P *m diag_mx d *m P^T) x <= b * frob2 x.
Proof.
move=> PP ab; rewrite quad_spectral (frob2_orth x PP) !mulr_sumr.
by apply/andP; split; apply: ler_sum => i _; rewrite ler_wpmul2r ?sqr_ge0 //; case/andP: (ab i).
Qed.

(* A symmetric matrix is positive semidefinite exactly when its eigenvalues are not negative, *)
Theorem psd_spectral n (P : 'M[R]_n) (d : 'rV[R]_n) : iso P ->
  psd (P *m diag_mx d *m P^T) <-> forall i, 0 <= d 0 i.
Proof.
move=> PP; split=> [M0 i|d0 x]; first by rewrite -(quad_spectral_col d i PP).
by rewrite quad_spectral; apply: sumr_ge0 => i _; rewrite mulr_ge0 ?sqr_ge0.
Qed.

(* and positive definite exactly when they are positive. *)
Theorem posdef_spectral n (P : 'M[R]_n) (d : 'rV[R]_n) : iso P ->
  posdef (P *m diag_mx d *m P^T) <-> forall i, 0 < d 0 i.
Proof.
move=> PP; split=> [Mp i|d0 x x0].
  rewrite -(quad_spectral_col d i PP); apply: Mp; by rewrite -frob2_eq0 frob2_col_iso ?oner_eq0.
rewrite lt_def (proj2 (psd_spectral d PP)) ?andbT => [|i]; last exact: ltW.
rewrite quad_spectral; apply: contraNneq x0 => /eqP.
rewrite psumr_eq0 => [/allP h|i _]; last by rewrite mulr_ge0 ?sqr_ge0 ?ltW.
rewrite -frob2_eq0 (frob2_orth x PP) big1 // => i _.
by have := h i (mem_index_enum i); rewrite mulf_eq0 gt_eqF //= => /eqP.
Qed.

End Spectral.
