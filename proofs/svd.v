(* Existence of the singular value decomposition of every real matrix, of every rank.

   W^T W = V diag(e) V^T by the spectral theorem; the columns of W V are orthogonal, with squared lengths e.
   Those that are not zero are normalised; those that are zero are replaced by vectors orthogonal to all. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius spectral.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Svd.
Variable R : rcfType.

(* Fewer than m columns leave a unit vector orthogonal to all of them. *)
Lemma orthogonal_unit m n (Z : 'M[R]_(m, n)) : (\rank Z < m)%N ->
  exists2 u : 'cV[R]_m, frob2 u = 1 & Z^T *m u = 0.
Proof.
move=> rk; have: kermx Z != 0 by rewrite -mxrank_eq0 mxrank_ker -lt0n subn_gt0.
case/rowV0Pn => w /sub_kermxP wZ w0; have fw : frob w != 0 by rewrite frob_eq0.
exists ((frob w)^-1 *: w^T); last by rewrite -scalemxAr -trmx_mul wZ trmx0 scaler0.
by rewrite frob2Z frob2_tr -frob_sqr -exprMn mulVf // expr1n.
Qed.

Lemma rank_zero_col m n (Z : 'M[R]_(m, n)) (j : 'I_n) : col j Z = 0 -> (\rank Z < n)%N.
Proof.
rewrite colE => Zj; rewrite ltn_neqAle rank_leq_col andbT; apply/negP => /row_fullP[B BZ].
have /matrixP/(_ j 0) : (delta_mx j 0 : 'cV[R]_n) = 0 by rewrite -[LHS]mul1mx -BZ -mulmxA Zj mulmx0.
by rewrite !mxE !eqxx => /eqP; rewrite oner_eq0.
Qed.

Lemma delta_gram n (j : 'I_n) :
  (delta_mx j 0 : 'cV[R]_n) *m (delta_mx j 0)^T = diag_mx (delta_mx 0 j).
Proof.
apply/matrixP => i k; rewrite trmx_delta mul_delta_mx !mxE eqxx /=.
by have [->|] := eqVneq i j; rewrite ?mul0rn //= eq_sym; case: eqP.
Qed.

(* Orthonormal columns, some of them zero (b = 0), can be completed to an isometry. *)
Lemma complete_isometry m n (Z : 'M[R]_(m, n)) (b : {set 'I_n}) : (n <= m)%N ->
  Z^T *m Z = diag_mx (\row_j (j \in b)%:R) ->
  exists2 U : 'M[R]_(m, n), iso U & forall j, j \in b -> col j U = col j Z.
Proof.
move=> nm; move: {2}#|~: b| (leqnn #|~: b|) => k.
elim: k b Z => [|k IH] b Z.
  rewrite leqn0 cards_eq0 => /eqP b0 ZZ; exists Z => //.
  rewrite /iso ZZ -diag_const_mx; congr diag_mx; apply/rowP => j.
  by rewrite !mxE; have := in_set0 j; rewrite -b0 inE => /negbFE ->.
move=> bk ZZ; have [/setP bT|] := eqVneq b setT.
  by apply: (IH b) => //; rewrite (_ : ~: b = set0) ?cards0 //; apply/setP=> j; rewrite inE bT !inE.
rewrite -subTset => /subsetPn[j _ jb].
pose e : 'cV[R]_n := delta_mx j 0.
have Zj : Z *m e = 0.
  apply/eqP; rewrite -frob2_eq0 /frob2 trmx_mul -mulmxA (mulmxA Z^T) ZZ diag_delta mxE (negPf jb).
  by rewrite scale0r mulmx0 mxtrace0.
have rk : (\rank Z < m)%N by apply: leq_trans nm; apply: (@rank_zero_col _ _ _ j); rewrite colE.
have [u u1 Zu] := orthogonal_unit rk.
have uu : u^T *m u = 1%:M by rewrite [LHS]mx11_scalar -trace_mx11 -[\tr _]/(frob2 u) u1.
have [||U UU Ub] := IH (j |: b) (Z + u *m e^T).
- by rewrite setCU -ltnS; apply: leq_trans bk; apply: proper_card; apply/properP; split;
     [apply: subsetIr|exists j; rewrite !inE ?eqxx].
- rewrite [(_ + _)^T]linearD /= trmx_mul trmxK mulmxDl 2!mulmxDr ZZ (mulmxA Z^T) Zu mul0mx addr0.
  rewrite -[e *m u^T *m Z]mulmxA -[u^T *m Z]trmxK trmx_mul trmxK Zu trmx0 mulmx0 add0r.
  rewrite -(mulmxA e) (mulmxA u^T) uu mul1mx delta_gram -linearD /=; congr diag_mx.
  apply/rowP => i; rewrite !mxE !inE eqxx /=; have [->|] := eqVneq i j; last by rewrite addr0.
  by rewrite (negPf jb) add0r.
exists U => // i ib; rewrite Ub ?inE ?ib ?orbT // !colE mulmxDl -mulmxA trmx_delta mul_delta_mx_0.
  by rewrite mulmx0 addr0.
by apply: contraNneq jb => ->.
Qed.

(* Any eigenvectors V and eigenvalues d^2 of W^T W are part of a singular value decomposition of W. *)
Theorem svd_of_gram m n (W : 'M[R]_(m, n)) (V : 'M[R]_n) (d : 'rV[R]_n) : (n <= m)%N -> iso V ->
  W^T *m W = V *m diag_mx (map_mx (fun t => t ^+ 2) d) *m V^T ->
  exists2 U : 'M[R]_(m, n), iso U & W = U *m diag_mx d *m V^T.
Proof.
move=> nm VV We; pose Y := W *m V.
have YY : Y^T *m Y = diag_mx (map_mx (fun t => t ^+ 2) d).
  by rewrite /Y trmx_mul -mulmxA (mulmxA W^T) We -!mulmxA VV mulmx1 mulmxA VV mul1mx.
pose g : 'rV[R]_n := map_mx GRing.inv d.
have [|U UU Ub] := @complete_isometry m n (Y *m diag_mx g) [set j | d 0 j != 0] nm.
  rewrite trmx_mul tr_diag_mx -mulmxA (mulmxA Y^T) YY !mulmx_diag; congr diag_mx.
  apply/rowP => j; rewrite !mxE inE; have [->|dj] := eqVneq (d 0 j) 0; first by rewrite invr0 mul0r.
  by rewrite expr2 -mulrA divff // mulr1 mulVf.
exists U => //; suff -> : U *m diag_mx d = Y by rewrite -mulmxA iso_right ?mulmx1.
apply/matrixP => i j; rewrite mul_mx_diag mxE.
have [dj|dj] := eqVneq (d 0 j) 0.
  rewrite dj mulr0; apply/esym; suff /colP/(_ i) : col j Y = 0 by rewrite !mxE.
  apply/eqP; rewrite -frob2_eq0 colE /frob2 trmx_mul -mulmxA (mulmxA Y^T) YY diag_delta mxE dj.
  by rewrite expr0n scale0r mulmx0 mxtrace0.
have /colP/(_ i) : col j U = col j (Y *m diag_mx g) by apply: Ub; rewrite inE.
by rewrite mul_mx_diag !mxE => ->; rewrite mulfVK.
Qed.

(* Every W with at least as many rows as columns is U diag(d) V^T with orthonormal columns and d >= 0. *)
Theorem svd_exists m n (W : 'M[R]_(m, n)) : (n <= m)%N ->
  exists U : 'M[R]_(m, n), exists d : 'rV[R]_n, exists V : 'M[R]_n,
    [/\ iso U, iso V, forall i, 0 <= d 0 i & W = U *m diag_mx d *m V^T].
Proof.
move=> nm; have [|V [e [VV We]]] := @spectral_theorem R n (W^T *m W); first by rewrite trmx_mul trmxK.
have e0 : forall i, 0 <= e 0 i by apply/(psd_spectral e VV); rewrite -We; apply: psd_gram.
have [|U UU WU] := @svd_of_gram m n W V (map_mx Num.sqrt e) nm VV.
  by rewrite We; congr (_ *m diag_mx _ *m _); apply/rowP => i; rewrite !mxE sqr_sqrtr.
by exists U, (map_mx Num.sqrt e), V; split=> // i; rewrite mxE sqrtr_ge0.
Qed.

(* Wide matrices by transposition: W = U diag(d) V^T with U square. *)
Corollary svd_exists_wide m n (W : 'M[R]_(m, n)) : (m <= n)%N ->
  exists U : 'M[R]_m, exists d : 'rV[R]_m, exists V : 'M[R]_(n, m),
    [/\ iso U, iso V, forall i, 0 <= d 0 i & W = U *m diag_mx d *m V^T].
Proof.
move=> mn; have [U [d [V [UU VV d0 WU]]]] := svd_exists W^T mn.
exists V, d, U; split=> //; apply: trmx_inj.
by rewrite WU !trmx_mul trmxK tr_diag_mx mulmxA.
Qed.

End Svd.
