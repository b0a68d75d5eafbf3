(* The gap identity: how much further from W another isometry is than the polar factor.

   W = Q H with Q^T Q = I and H symmetric positive semidefinite is a polar decomposition of W
   (m x n, m >= n; H may be singular). Then Q is a nearest isometry, and exactly the isometries
   with V H = W are as near: arXiv 2602.08040's problem, minimise ||W - V||_F^2 under V^T V = I. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Identity.
Variable R : comRingType.

Lemma sfeE m n (W V : 'M[R]_(m, n)) : sfe W V = frob2 W - 2%:R * dot W V + frob2 V.
Proof. exact: frob2B. Qed.

(* tr (A^T A H) is the trace form that trace_psd speaks of. *)
Lemma trace_dot m n (A : 'M[R]_(m, n)) (H : 'M[R]_n) : \tr (A^T *m A *m H) = dot A (A *m H).
Proof. by rewrite /dot mulmxA. Qed.

Lemma trace_rot m n (A : 'M[R]_(m, n)) (H : 'M[R]_n) : \tr (A^T *m A *m H) = \tr (A *m H *m A^T).
Proof. by rewrite -mulmxA mxtrace_mulC. Qed.

(* The gap for any two matrices, isometries or not: W = Q H and H symmetric suffice. *)
Theorem gap_with_defects m n (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> H^T = H ->
  sfe W V - sfe W Q = \tr ((Q - V)^T *m (Q - V) *m H)
                      + \tr (V^T *m V *m (1%:M - H)) - \tr (Q^T *m Q *m (1%:M - H)).
Proof.
move=> -> Hs; rewrite !sfeE !trace_dot !mulmxBr !mulmx1 mulmxBl !dotBl !dotBr -!frob2_dot.
have sw A B : dot (A *m H) B = dot A (B *m H) by rewrite dot_mulr Hs.
rewrite !sw (dotC V (Q *m H)) sw; ring.
Qed.

(* The gap between isometries, in trace form: H symmetric, of any sign. *)
Theorem gap_trace m n (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> H^T = H -> iso Q -> iso V ->
  sfe W V - sfe W Q = \tr ((Q - V)^T *m (Q - V) *m H).
Proof. by move=> WQ Hs QQ VV; rewrite (gap_with_defects V WQ Hs) QQ VV addrK. Qed.

(* The exact gap identity: SFE(W, V) - SFE(W, Q) = ||(Q - V) B^T||_F^2 for H = B^T B, B of any shape. *)
Theorem gap_identity m n p (W Q V : 'M[R]_(m, n)) (B : 'M[R]_(p, n)) :
  W = Q *m (B^T *m B) -> iso Q -> iso V ->
  sfe W V - sfe W Q = frob2 ((Q - V) *m B^T).
Proof.
move=> WQ QQ VV; rewrite (gap_trace WQ) ?trmx_mul ?trmxK //.
by rewrite trace_dot frob2_dot dot_mulr trmxK mulmxA.
Qed.

(* A common gain c only scales the gap between two matrices of the same norm. *)
Lemma gap_gain m n (c : R) (W Q V : 'M[R]_(m, n)) :
  frob2 V = frob2 Q -> sfe W (c *: V) - sfe W (c *: Q) = c * (sfe W V - sfe W Q).
Proof. by move=> VQ; rewrite !sfeE !dotZr !frob2Z VQ; ring. Qed.

(* The exact gap identity with gain c: c ||(Q - V) B^T||_F^2. *)
Corollary gap_identity_gain m n p (c : R) (W Q V : 'M[R]_(m, n)) (B : 'M[R]_(p, n)) :
  W = Q *m (B^T *m B) -> iso Q -> iso V ->
  sfe W (c *: V) - sfe W (c *: Q) = c * frob2 ((Q - V) *m B^T).
Proof.
by move=> WQ QQ VV; rewrite gap_gain ?(frob2_iso QQ) ?(frob2_iso VV) // (gap_identity WQ).
Qed.

Lemma sfe_tr m n (W V : 'M[R]_(m, n)) : sfe W^T V^T = sfe W V.
Proof. by rewrite /sfe -linearB frob2_tr. Qed.

(* Wide W = H Q, Q Q^T = I, V V^T = I: the same by transposition. *)
Corollary gap_identity_wide m n p (W Q V : 'M[R]_(m, n)) (B : 'M[R]_(p, m)) :
  W = B^T *m B *m Q -> iso Q^T -> iso V^T ->
  sfe W V - sfe W Q = frob2 (B *m (Q - V)).
Proof.
move=> WQ QQ VV; rewrite -!(sfe_tr W) (gap_identity (B := B)) //; last by rewrite WQ !trmx_mul trmxK.
by rewrite -linearB -trmx_mul frob2_tr.
Qed.

End Identity.

Section Optimality.
Variable R : realDomainType.

(* The polar factor is a nearest isometry: theorem of orthogonal Procrustes, any rank. *)
Theorem polar_optimal m n (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> H^T = H -> psd H -> iso Q -> iso V -> sfe W Q <= sfe W V.
Proof.
by move=> WQ Hs H0 QQ VV; rewrite -subr_ge0 (gap_trace WQ) // trace_rot trace_psd.
Qed.

(* ... also among the scaled isometries c V, for every gain c >= 0: same Q for every c. *)
Corollary polar_optimal_gain m n (c : R) (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  0 <= c -> W = Q *m H -> H^T = H -> psd H -> iso Q -> iso V -> sfe W (c *: Q) <= sfe W (c *: V).
Proof.
move=> c0 WQ Hs H0 QQ VV; rewrite -subr_ge0 gap_gain ?(frob2_iso QQ) ?(frob2_iso VV) //.
by rewrite mulr_ge0 // subr_ge0 (polar_optimal WQ).
Qed.

(* ... and wide: W = H Q with Q Q^T = I, among the V with V V^T = I. *)
Corollary polar_optimal_wide m n (W Q V : 'M[R]_(m, n)) (H : 'M[R]_m) :
  W = H *m Q -> H^T = H -> psd H -> iso Q^T -> iso V^T -> sfe W Q <= sfe W V.
Proof.
move=> WQ Hs H0 QQ VV; rewrite -!(sfe_tr W); apply: polar_optimal H0 QQ VV => //.
by rewrite WQ trmx_mul Hs.
Qed.

(* A semidefinite form vanishes only on the kernel. *)
Lemma psd_kernel n (H : 'M[R]_n) (x : 'cV[R]_n) : H^T = H -> psd H -> quad H x = 0 -> H *m x = 0.
Proof.
move=> Hs H0 Hx; apply/eqP; rewrite -frob2_eq0; set a := frob2 _; set c := quad H (H *m x).
have a0 : 0 <= a by exact: frob2_ge0.
have c0 : 0 <= c by exact: H0.
have := H0 ((c + 1) *: x - a *: (H *m x)).
rewrite quad_dot mulmxBr -!scalemxAr !dotBl !dotBr !dotZl !dotZr -!quad_dot Hx -/c.
have -> : dot x (H *m (H *m x)) = a by rewrite {1}/a frob2_dot [RHS]dot_mull Hs.
rewrite -frob2_dot -/a => h.
have {h} : 0 <= - (a ^+ 2 * (c + 2%:R)) by congr (0 <= _): h; ring.
have c2 : 0 < c + 2%:R by rewrite ltr_paddl // ltr0n.
rewrite oppr_ge0 pmulr_lle0 // => a2.
by rewrite -sqrf_eq0 eq_le a2 sqr_ge0.
Qed.

Lemma trace_psd_eq0 m n (A : 'M[R]_(m, n)) (H : 'M[R]_n) :
  H^T = H -> psd H -> \tr (A *m H *m A^T) = 0 -> A *m H = 0.
Proof.
move=> Hs H0 /eqP; rewrite trace_quad psumr_eq0 => [/allP z|i _]; last exact: H0.
apply/row_matrixP => i; rewrite row_mul row0; apply: trmx_inj; rewrite trmx_mul trmx0 Hs.
by apply: psd_kernel => //; apply/eqP/(z i)/mem_index_enum.
Qed.

(* The exact equality case, any rank: an isometry V is as near as Q iff V H = W. *)
Theorem minimisers m n (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> H^T = H -> psd H -> iso Q -> iso V ->
  (sfe W V = sfe W Q <-> V *m H = W).
Proof.
move=> WQ Hs H0 QQ VV; have := gap_trace WQ Hs QQ VV; rewrite trace_rot => gap.
split=> [e|VH].
  move: gap; rewrite e subrr => /esym/(trace_psd_eq0 Hs H0)/eqP.
  by rewrite mulmxBl -WQ subr_eq0 => /eqP.
by apply/eqP; rewrite -subr_eq0 gap mulmxBl -WQ VH subrr mul0mx mxtrace0.
Qed.

(* ... in the form of the identity: iff (Q - V) B^T = 0, for H = B^T B. *)
Theorem minimisers_gram m n p (W Q V : 'M[R]_(m, n)) (B : 'M[R]_(p, n)) :
  W = Q *m (B^T *m B) -> iso Q -> iso V ->
  (sfe W V = sfe W Q <-> (Q - V) *m B^T = 0).
Proof.
move=> WQ QQ VV; have gap := gap_identity WQ QQ VV.
split=> [e|z]; first by apply/eqP; rewrite -frob2_eq0 -gap e subrr.
by apply/eqP; rewrite -subr_eq0 gap z frob20.
Qed.

(* Uniqueness at full rank: H positive definite. *)
Theorem polar_unique m n (W Q V : 'M[R]_(m, n)) (H : 'M[R]_n) :
  W = Q *m H -> H^T = H -> posdef H -> iso Q -> iso V -> sfe W V <= sfe W Q -> V = Q.
Proof.
move=> WQ Hs Hp QQ VV le; apply/esym/eqP; rewrite -subr_eq0 -(trace_posdef _ Hp) -trace_rot.
rewrite -(gap_trace WQ) // eq_le subr_le0 le subr_ge0 /= (polar_optimal WQ) // => x.
by have [->|/Hp/ltW //] := eqVneq x 0; rewrite quad_dot dot0l.
Qed.

(* Uniqueness at full rank: H = B^T B invertible (B need not be square). *)
Theorem polar_unique_gram m n p (W Q V : 'M[R]_(m, n)) (B : 'M[R]_(p, n)) :
  W = Q *m (B^T *m B) -> B^T *m B \in unitmx -> iso Q -> iso V -> sfe W V <= sfe W Q -> V = Q.
Proof.
move=> WQ Hu QQ VV le; have gap := gap_identity WQ QQ VV.
have : frob2 ((Q - V) *m B^T) == 0 by rewrite eq_le frob2_ge0 -gap subr_le0 le.
rewrite frob2_eq0 => /eqP z; apply/esym/eqP; rewrite -subr_eq0 -(mulmxK Hu (Q - V)).
by rewrite mulmxA z mul0mx mul0mx.
Qed.

End Optimality.
