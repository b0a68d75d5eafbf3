(* Existence and uniqueness of the polar decomposition W = Q H, at every rank.

   H is the positive semidefinite square root of W^T W and always unique; Q has orthonormal columns and is
   unique as soon as W has full column rank. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius spectral svd.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Polar.
Variable R : rcfType.

Lemma sym_spectral n (P : 'M[R]_n) (d : 'rV[R]_n) : (P *m diag_mx d *m P^T)^T = P *m diag_mx d *m P^T.
Proof. by rewrite !trmx_mul trmxK tr_diag_mx mulmxA. Qed.

(* A symmetric positive semidefinite matrix has a square root of the same kind. *)
Theorem psd_sqrt_exists n (A : 'M[R]_n) : A^T = A -> psd A ->
  exists H : 'M[R]_n, [/\ H^T = H, psd H & A = H *m H].
Proof.
move=> At A0; have [P [d [PP Ad]]] := spectral_theorem At.
have d0 : forall i, 0 <= d 0 i by apply/(psd_spectral d PP); rewrite -Ad.
exists (P *m diag_mx (map_mx Num.sqrt d) *m P^T); split; first exact: sym_spectral.
  by apply/psd_spectral => // i; rewrite mxE sqrtr_ge0.
rewrite Ad !mulmxA -(mulmxA _ P^T) PP mulmx1 -(mulmxA P (diag_mx _) (diag_mx _)) mulmx_diag.
by congr (_ *m diag_mx _ *m _); apply/rowP => i; rewrite !mxE -expr2 sqr_sqrtr.
Qed.

(* A symmetric positive semidefinite matrix is a Gram matrix. *)
Corollary psd_is_gram n (A : 'M[R]_n) : A^T = A -> psd A -> exists B : 'M[R]_n, A = B^T *m B.
Proof. by move=> At A0; have [H [Ht _ AH]] := psd_sqrt_exists At A0; exists H; rewrite Ht. Qed.

(* x^T H x = 0 only where H x = 0. *)
Lemma psd_trace_kernel n p (H : 'M[R]_n) (D : 'M[R]_(n, p)) : H^T = H -> psd H ->
  \tr (D^T *m H *m D) = 0 -> H *m D = 0.
Proof.
move=> Ht H0; have [B ->] := psd_is_gram Ht H0.
rewrite !mulmxA -trmx_mul -mulmxA -[\tr _]/(frob2 (B *m D)) => /eqP.
by rewrite frob2_eq0 -mulmxA => /eqP ->; rewrite mulmx0.
Qed.

(* The positive semidefinite square root is unique. *)
Theorem psd_sqrt_unique n (H K : 'M[R]_n) : H^T = H -> psd H -> K^T = K -> psd K ->
  H *m H = K *m K -> H = K.
Proof.
move=> Ht H0 Kt K0 HK; pose D := H - K.
have Dt : D^T = D by rewrite /D linearB /= Ht Kt.
have HD : H *m D + D *m K = 0 by rewrite /D mulmxBr mulmxBl HK addrA subrK subrr.
have [h0 k0] : \tr (D^T *m H *m D) = 0 /\ \tr (D^T *m K *m D) = 0.
  have p1 : 0 <= \tr (D^T *m H *m D) by rewrite -{2}[D]trmxK; apply: trace_psd.
  have p2 : 0 <= \tr (D^T *m K *m D) by rewrite -{2}[D]trmxK; apply: trace_psd.
  have : \tr (D^T *m H *m D) + \tr (D^T *m K *m D) = 0.
    by rewrite Dt -mulmxA [X in _ + X]mxtrace_mulC -mxtraceD -mulmxDr HD mulmx0 mxtrace0.
  by move/eqP; rewrite paddr_eq0 // => /andP[/eqP ? /eqP ?].
apply/eqP; rewrite -subr_eq0 -/D -frob2_eq0 /frob2 Dt {1}/D mulmxBl.
by rewrite (psd_trace_kernel Ht H0 h0) (psd_trace_kernel Kt K0 k0) subrr mxtrace0.
Qed.

(* Every real matrix with at least as many rows as columns, of whatever rank, is W = Q H. *)
Theorem polar_exists m n (W : 'M[R]_(m, n)) : (n <= m)%N ->
  exists Q : 'M[R]_(m, n), exists H : 'M[R]_n, [/\ iso Q, H^T = H, psd H & W = Q *m H].
Proof.
move=> nm; have [U [d [V [UU VV d0 Wd]]]] := svd_exists W nm.
exists (U *m V^T), (V *m diag_mx d *m V^T); split; last 1 first.
- by rewrite Wd !mulmxA -(mulmxA U V^T) VV mulmx1.
- by apply: iso_mul => //; rewrite /iso trmxK; apply: iso_right.
- exact: sym_spectral.
- exact/psd_spectral.
Qed.

Lemma polar_gram m n (Q : 'M[R]_(m, n)) (H : 'M[R]_n) : iso Q -> H^T = H ->
  (Q *m H)^T *m (Q *m H) = H *m H.
Proof. by move=> QQ Ht; rewrite trmx_mul -mulmxA (mulmxA Q^T) QQ mul1mx Ht. Qed.

(* The factor H of W = Q H is determined by W. *)
Theorem polar_psd_unique m n (Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) :
  iso Q -> H^T = H -> psd H -> iso Q' -> H'^T = H' -> psd H' -> Q *m H = Q' *m H' -> H = H'.
Proof.
move=> QQ Ht H0 QQ' Ht' H0' E; apply: psd_sqrt_unique => //.
by rewrite -(polar_gram QQ Ht) E polar_gram.
Qed.

(* At full column rank H is positive definite, *)
Theorem polar_posdef m n (Q : 'M[R]_(m, n)) (H : 'M[R]_n) :
  H^T = H -> psd H -> \rank (Q *m H) = n -> posdef H /\ H \in unitmx.
Proof.
move=> Ht H0 rk.
have Hu : H \in unitmx.
  by rewrite -row_full_unit /row_full eqn_leq rank_leq_col -{1}rk mxrankM_maxr.
split=> // x x0; rewrite lt_def H0 andbT; apply: contraNneq x0 => qx.
have Hx : H *m x = 0 by apply: psd_trace_kernel.
by rewrite -[x]mul1mx -(mulVmx Hu) -mulmxA Hx mulmx0.
Qed.

(* and Q is determined as well. *)
Theorem polar_isometry_unique m n (Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) :
  iso Q -> H^T = H -> psd H -> iso Q' -> H'^T = H' -> psd H' -> Q *m H = Q' *m H' ->
  \rank (Q *m H) = n -> Q = Q'.
Proof.
move=> QQ Ht H0 QQ' Ht' H0' E rk; have [_ Hu] := polar_posdef Ht H0 rk.
have HH := polar_psd_unique QQ Ht H0 QQ' Ht' H0' E.
by rewrite -[Q](mulmxK Hu) E -HH mulmxK.
Qed.

(* Wide matrices: W = H Q with orthonormal rows of Q. *)
Corollary polar_exists_wide m n (W : 'M[R]_(m, n)) : (m <= n)%N ->
  exists Q : 'M[R]_(m, n), exists H : 'M[R]_m, [/\ iso Q^T, H^T = H, psd H & W = H *m Q].
Proof.
move=> mn; have [Q [H [QQ Ht H0 WQ]]] := polar_exists W^T mn.
by exists Q^T, H; split; rewrite ?trmxK //; apply: trmx_inj; rewrite WQ trmx_mul trmxK Ht.
Qed.

(* The square root is monotone in the order of the quadratic forms: H^2 <= K^2 implies H <= K. *)
Theorem psd_sqrt_monotone n (H K : 'M[R]_n) : H^T = H -> K^T = K -> psd K ->
  (forall x : 'cV[R]_n, frob2 (H *m x) <= frob2 (K *m x)) ->
  forall x : 'cV[R]_n, quad H x <= quad K x.
Proof.
move=> Ht Kt K0 HK x.
have [|P [d [PP Dd]]] := @spectral_theorem R n (K - H); first by rewrite linearB /= Ht Kt.
rewrite -subr_ge0 !quad_dot -dotBr -mulmxBl -quad_dot Dd.
apply: (proj2 (psd_spectral d PP)) => i; rewrite leNgt; apply/negP => di.
have Hv : H *m col i P = K *m col i P - d 0 i *: col i P.
  by rewrite -spectral_columns // -Dd mulmxBl opprB addrC subrK.
have := HK (col i P); rewrite leNgt Hv frob2B frob2Z dotZr dotC -quad_dot (frob2_col_iso i PP) mulr1.
rewrite -addrA ltr_addl => /negP; apply; rewrite ltr_paddl //; last by rewrite exprn_even_gt0 //= (lt_eqF di).
by rewrite -mulrN -mulNr !mulr_ge0 ?ler0n ?oppr_ge0 ?(ltW di); last exact: K0.
Qed.

(* In particular |H x| >= t |x| for every x gives x^T H x >= t |x|^2, *)
Corollary psd_sqrt_lower n (H : 'M[R]_n) (t : R) : H^T = H -> psd H ->
  (forall x : 'cV[R]_n, t ^+ 2 * frob2 x <= frob2 (H *m x)) ->
  forall x : 'cV[R]_n, t * frob2 x <= quad H x.
Proof.
move=> Ht H0 Hl x; have <- : quad t%:M x = t * frob2 x by rewrite quad_dot mul_scalar_mx dotZr.
apply: psd_sqrt_monotone => // [|y]; first exact: tr_scalar_mx.
by rewrite mul_scalar_mx frob2Z.
Qed.

(* and |H x| <= t |x| gives x^T H x <= t |x|^2. *)
Theorem psd_sqrt_upper n (H : 'M[R]_n) (t : R) : 0 <= t -> opnorm H t ->
  forall x : 'cV[R]_n, quad H x <= t * frob2 x.
Proof.
move=> t0 Hu x; rewrite quad_dot; apply: le_trans (ler_norm _) _.
apply: le_trans (dot_le _ _) _; rewrite -frob_sqr expr2 mulrCA ler_wpmul2l ?frob_ge0 //.
exact: frob_mull.
Qed.

End Polar.
