(* Drift of the normalised Gram matrix: arXiv 2602.08040, theorem 1, second half.

   gram H = H H^T / ||H||_F^2, the rows of H being samples. The constant sqrt 2 is the best one, and the same
   constant bounds the left side whatever H and G are: where the right side exceeds it, nothing is said. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius curvature.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Gram.
Variable R : rcfType.

Definition gram {m n} (H : 'M[R]_(m, n)) : 'M[R]_m := (frob2 H)^-1 *: (H *m H^T).

Lemma frob2_mul m n p (A : 'M[R]_(m, n)) (B : 'M[R]_(n, p)) : frob2 (A *m B) <= frob2 A * frob2 B.
Proof. by rewrite -[frob2 A]frob_sqr; apply: opnorm_mull; apply: opnorm_frob. Qed.

Lemma frob2_gram m n (P : 'M[R]_(m, n)) : frob2 (P *m P^T) <= frob2 P ^+ 2.
Proof. by apply: le_trans (frob2_mul _ _) _; rewrite frob2_tr. Qed.

(* Two Gram matrices have a nonnegative inner product, so their difference is no longer than both together. *)
Lemma frob2_grams m n p (P : 'M[R]_(m, n)) (Q : 'M[R]_(m, p)) :
  frob2 (P *m P^T - Q *m Q^T) <= frob2 P ^+ 2 + frob2 Q ^+ 2.
Proof.
have d0 : 0 <= dot (P *m P^T) (Q *m Q^T).
  by rewrite dot_mull mulmxA -dot_mulr; apply: frob2_ge0.
rewrite frob2B ler_add ?frob2_gram // ler_subl_addr ler_paddr ?mulr_ge0 ?ler0n //.
exact: frob2_gram.
Qed.

Lemma polarize m n (A B : 'M[R]_(m, n)) :
  (A + B) *m (A + B)^T - (A - B) *m (A - B)^T = 2%:R *: (A *m B^T + B *m A^T).
Proof.
rewrite linearB linearD /= !mulmxDr !mulmxDl !mulNmx !mulmxN.
move: (A *m A^T) (A *m B^T) (B *m A^T) (B *m B^T) => X Y Z T.
by apply/matrixP => i j; rewrite !mxE; ring.
Qed.

(* ||M N^T + N M^T||_F^2 <= 2 (||M||_F^2 ||N||_F^2 + <M, N>^2): for <M, N> = 0 half of what the triangle
   inequality gives. *)
Theorem symmetric_product_bound m n (M N : 'M[R]_(m, n)) :
  frob2 (M *m N^T + N *m M^T) <= 2%:R * (frob2 M * frob2 N + dot M N ^+ 2).
Proof.
have [->|M0] := eqVneq M 0.
  by rewrite trmx0 mul0mx mulmx0 addr0 !frob20 mul0r dot0l expr0n addr0 mulr0.
have [->|N0] := eqVneq N 0.
  by rewrite trmx0 mul0mx mulmx0 addr0 !frob20 mulr0 dot0r expr0n addr0 mulr0.
pose a := frob M; pose b := frob N; pose d := dot M N.
have ab : 0 < a * b by rewrite mulr_gt0 // lt_def frob_eq0 frob_ge0 ?M0 ?N0.
have := frob2_grams (b *: M + a *: N) (b *: M - a *: N).
have scaled c e (A B : 'M[R]_(m, n)) : (c *: A) *m (e *: B)^T = (c * e) *: (A *m B^T).
  by rewrite linearZ /= -scalemxAl -scalemxAr scalerA.
rewrite polarize !scaled [b * a]mulrC -scalerDr scalerA frob2Z.
rewrite (frob2D (b *: M)) frob2B !frob2Z dotZl dotZr -[frob2 M]frob_sqr -[frob2 N]frob_sqr -/a -/b -/d => h.
have ab2 : 0 < (2%:R * (a * b)) ^+ 2 by rewrite exprn_gt0 // mulr_gt0 ?ltr0n.
rewrite -(ler_pmul2l ab2); apply: le_trans h _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
by clear ab ab2 scaled; move: a b d => x y z; ring.
Qed.


(* The sharp form, before dividing: ||C - C~||_F max(||H||, ||G||) <= sqrt 2 ||H - G||_F, squared. *)
Lemma gram_drift_sqr m n (H G : 'M[R]_(m, n)) : H != 0 -> G != 0 ->
  frob2 (gram H - gram G) * frob2 H <= 2%:R * frob2 (H - G).
Proof.
move=> H0 G0; pose h := frob H; pose g := frob G; pose A := h^-1 *: H; pose B := g^-1 *: G; pose c := dot A B.
have h0 : h != 0 by rewrite frob_eq0.
have g0 : g != 0 by rewrite frob_eq0.
have unit k (K : 'M[R]_(m, n)) (u := frob K) : u != 0 -> frob2 (u^-1 *: K) = 1.
  by move=> u0; rewrite frob2Z -frob_sqr -/u exprVn mulVf ?expf_neq0.
have A1 : frob2 A = 1 by apply: unit.
have B1 : frob2 B = 1 by apply: unit.
have gramE (K : 'M[R]_(m, n)) : gram K = ((frob K)^-1 *: K) *m ((frob K)^-1 *: K)^T.
  by rewrite linearZ /= -scalemxAl -scalemxAr scalerA -expr2 exprVn frob_sqr.
have C : frob2 (gram H - gram G) <= 2%:R * (1 - c ^+ 2).
  rewrite !gramE -/h -/g -/A -/B.
  have := symmetric_product_bound (A - B) (A + B).
  have -> : (A - B) *m (A + B)^T + (A + B) *m (A - B)^T = 2%:R *: (A *m A^T - B *m B^T).
    rewrite linearB linearD /= !mulmxDr !mulmxDl !mulNmx !mulmxN.
    move: (A *m A^T) (A *m B^T) (B *m A^T) (B *m B^T) => X Y Z T.
    by apply/matrixP => i j; rewrite !mxE; ring.
  have -> : dot (A - B) (A + B) = 0.
    by rewrite dotBl !dotDr -!frob2_dot A1 B1 (dotC B A) [1 + _]addrC subrr.
  rewrite frob2Z (frob2B A B) (frob2D A B) A1 B1 -/c => k.
  have four : 0 < 2%:R ^+ 2 :> R by rewrite exprn_gt0 ?ltr0n.
  rewrite -(ler_pmul2l four); apply: le_trans k _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
  by move: c => x; ring.
apply: le_trans (ler_wpmul2r (frob2_ge0 _) C) _; rewrite -mulrA ler_wpmul2l ?ler0n //.
have dE : dot H G = h * (g * c) by rewrite /c dotZl dotZr (mulrCA g) mulVKf // mulVKf.
rewrite frob2B dE -(frob_sqr H) -(frob_sqr G) -/h -/g -subr_ge0.
have -> (x y z : R) :
  x ^+ 2 - 2%:R * (x * (y * z)) + y ^+ 2 - (1 - z ^+ 2) * x ^+ 2 = (y - x * z) ^+ 2 by ring.
exact: sqr_ge0.
Qed.

(* ||C - C~||_F <= sqrt 2 ||H - G||_F / max(||H||_F, ||G||_F) for C = gram H, C~ = gram G
   (arXiv 2602.08040, theorem 1, sharpened). *)
Theorem gram_drift m n (H G : 'M[R]_(m, n)) : H != 0 -> G != 0 ->
  frob (gram H - gram G) <= Num.sqrt 2%:R * frob (H - G) / Num.max (frob H) (frob G).
Proof.
move=> H0 G0; have half (K L : 'M[R]_(m, n)) : K != 0 -> L != 0 ->
    frob (gram K - gram L) * frob K <= Num.sqrt 2%:R * frob (K - L).
  move=> K0 L0; rewrite -!sqrtrM ?ler0n ?frob2_ge0 //; apply: ler_wsqrtr; exact: gram_drift_sqr.
have Hp : 0 < frob H by rewrite lt_def frob_eq0 H0 frob_ge0.
rewrite ler_pdivl_mulr ?lt_maxr ?Hp // maxr_pmulr ?frob_ge0 // le_maxl half //.
by rewrite -(frobN (H - G)) -(frobN (gram H - gram G)) !opprB half.
Qed.

(* The paper's constant: ||C - C~||_F <= 4 ||H - G||_F / (||H||_F + ||G||_F) (arXiv 2602.08040, theorem 1). *)
Corollary gram_drift_paper m n (H G : 'M[R]_(m, n)) : H != 0 -> G != 0 ->
  frob (gram H - gram G) <= 4%:R * frob (H - G) / (frob H + frob G).
Proof.
move=> H0 G0; apply: le_trans (gram_drift H0 G0) _.
have Hp : 0 < frob H by rewrite lt_def frob_eq0 H0 frob_ge0.
have Gp : 0 < frob G by rewrite lt_def frob_eq0 G0 frob_ge0.
have Mp : 0 < Num.max (frob H) (frob G) by rewrite lt_maxr Hp.
rewrite ler_pdivr_mulr // mulrAC ler_pdivl_mulr ?addr_gt0 //.
have s2 : Num.sqrt 2%:R <= 2%:R :> R.
  by rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?sqrtr_ge0 ?ler0n // sqr_sqrtr ?ler0n // -natrX ler_nat.
have le2 : frob H + frob G <= 2%:R * Num.max (frob H) (frob G).
  by rewrite mulr_natl mulr2n ler_add // le_maxr lexx ?orbT.
have -> : 4%:R * frob (H - G) * Num.max (frob H) (frob G) =
  (2%:R * frob (H - G)) * (2%:R * Num.max (frob H) (frob G)) by ring.
apply: ler_pmul => //; first by rewrite mulr_ge0 ?sqrtr_ge0 ?frob_ge0.
  by rewrite addr_ge0 ?frob_ge0.
by rewrite ler_wpmul2r ?frob_ge0.
Qed.

(* The left side never exceeds sqrt 2, so a bound above sqrt 2 says nothing (arXiv 2602.08040, theorem 1). *)
Theorem gram_distance_never_exceeds_sqrt2 m n p (H : 'M[R]_(m, n)) (G : 'M[R]_(m, p)) :
  frob (gram H - gram G) <= Num.sqrt 2%:R.
Proof.
have gramE k (K : 'M[R]_(m, k)) : gram K = ((frob K)^-1 *: K) *m ((frob K)^-1 *: K)^T.
  by rewrite linearZ /= -scalemxAl -scalemxAr scalerA -expr2 exprVn frob_sqr.
have unit k (K : 'M[R]_(m, k)) : frob2 ((frob K)^-1 *: K) ^+ 2 <= 1.
  rewrite frob2Z -frob_sqr -exprMn; have [->|k0] := eqVneq (frob K) 0.
    by rewrite mulr0 !expr0n /= ler01.
  by rewrite mulVf // !expr1n.
rewrite ler_wsqrtr // !gramE; apply: le_trans (frob2_grams _ _) _.
by rewrite -[2%:R]/(1 + 1) ler_add.
Qed.

(* The value sqrt 2 is attained (arXiv 2602.08040, theorem 1). *)
Theorem gram_distance_sqrt2_attained :
  let H : 'cV[R]_(1 + 1) := col_mx 1%:M 0 in let G : 'cV[R]_(1 + 1) := col_mx 0 1%:M in
  frob (gram H - gram G) = Num.sqrt 2%:R.
Proof.
move=> H G; congr Num.sqrt.
have HI : iso H by rewrite /iso tr_col_mx mul_row_col trmx1 mulmx1 mulmx0 addr0.
have GI : iso G by rewrite /iso tr_col_mx mul_row_col trmx1 mulmx1 mulmx0 add0r.
have d0 : dot (H *m H^T) (G *m G^T) = 0.
  rewrite dot_mull mulmxA; suff -> : H^T *m G = 0 by rewrite mul0mx dot0r.
  by rewrite tr_col_mx mul_row_col mulmx0 trmx0 mul0mx addr0.
rewrite /gram (frob2_iso HI) (frob2_iso GI) invr1 !scale1r frob2B d0 mulr0 subr0.
by rewrite !iso_frob2 // !frob2_tr (frob2_iso HI) (frob2_iso GI).
Qed.

(* The bound of gram_drift is attained: H = (2, 0)^T, G = (1, 1)^T (arXiv 2602.08040, theorem 1). *)
Theorem gram_drift_attained :
  let H : 'cV[R]_(1 + 1) := col_mx 2%:R%:M 0 in let G : 'cV[R]_(1 + 1) := col_mx 1%:M 1%:M in
  frob (gram H - gram G) = Num.sqrt 2%:R * frob (H - G) / Num.max (frob H) (frob G).
Proof.
move=> H G; have scal (a : R) : frob2 (a%:M : 'M_1) = a ^+ 2.
  by rewrite /frob2 tr_scalar_mx -scalar_mxM mxtrace_scalar mulr1n expr2.
have grams (P Q : 'cV[R]_(1 + 1)) : dot (P *m P^T) (Q *m Q^T) = frob2 (P^T *m Q).
  by rewrite dot_mull mulmxA -dot_mulr.
have HH : H^T *m H = 4%:R%:M.
  by rewrite tr_col_mx mul_row_col mulmx0 addr0 tr_scalar_mx -scalar_mxM -natrM.
have GG : G^T *m G = 2%:R%:M by rewrite tr_col_mx mul_row_col trmx1 mulmx1 -raddfD.
have HG : H^T *m G = 2%:R%:M by rewrite tr_col_mx mul_row_col trmx0 mul0mx addr0 tr_scalar_mx mulmx1.
have h2 : frob2 H = 4%:R by rewrite /frob2 HH mxtrace_scalar mulr1n.
have g2 : frob2 G = 2%:R by rewrite /frob2 GG mxtrace_scalar mulr1n.
have d2 : frob2 (H - G) = 2%:R.
  by rewrite frob2B h2 g2 /dot HG mxtrace_scalar mulr1n; ring.
have c2 : frob2 (gram H - gram G) = 1.
  rewrite frob2B !frob2Z dotZl dotZr grams HG !frob2_dot !grams HH GG -!frob2_dot !scal h2 g2.
  by field.
have h : frob H = 2%:R by rewrite /frob h2 (_ : 4%:R = 2%:R ^+ 2) ?sqrtr_sqr ?normr_nat // -natrX.
rewrite h {1 2 3}/frob c2 d2 g2 sqrtr1 -expr2 sqr_sqrtr ?ler0n // max_l ?divff ?pnatr_eq0 //.
by rewrite -[X in _ <= X]h /frob h2 ler_wsqrtr // ler_nat.
Qed.

End Gram.
