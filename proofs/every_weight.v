(* Newton-Schulz on every weight, with no decomposition assumed: the singular value decomposition exists, so
   what convergence.v says of U diag(d) V^T holds of every matrix W. The wide case goes by the transpose. *)

From mathcomp Require Import all_ssreflect all_algebra realalg.
From fire Require Import frobenius spectral scalar steps svd thin_svd iteration convergence equivariance.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section EveryWeight.
Variable R : rcfType.

Lemma nsk_tr m n k (W : 'M[R]_(m, n)) : nsk k W^T = (nsk k W)^T.
Proof. by rewrite /nsk frob_tr -ns_transpose [(_ *: W)^T]linearZ. Qed.

Lemma svd_factor n (V : 'M[R]_n) (d : 'rV[R]_n) : iso V -> (forall j, 0 <= d 0 j) ->
  (V *m diag_mx d *m V^T)^T = V *m diag_mx d *m V^T /\ psd (V *m diag_mx d *m V^T).
Proof.
move=> VV d0; split=> [|x]; first by rewrite !trmx_mul trmxK tr_diag_mx mulmxA.
rewrite -{1}(trmxK V) quad_congr quad_dot; move: (V^T *m x) => y.
rewrite dotE big_ord_recl big_ord0 addr0.
by apply: sumr_ge0 => i _; rewrite mul_diag_mx mxE mulrCA mulr_ge0 // -expr2 sqr_ge0.
Qed.

(* The iterates of any W, of any shape, rank and condition, are bounded: ||NS_k(W)||_F^2 <= min(m, n). *)
Theorem newton_schulz_bounded m n k (W : 'M[R]_(m, n)) : frob2 (nsk k W) <= (minn m n)%:R.
Proof.
have tall a b (X : 'M[R]_(a, b)) : (b <= a)%N -> frob2 (nsk k X) <= b%:R.
  by move=> /(svd_exists X)[U [d [V [UU VV d0 ->]]]]; apply: nsk_bounded.
have [mn|nm] := leqP m n; last exact: tall (ltnW nm).
by rewrite -frob2_tr -nsk_tr tall.
Qed.

(* Newton-Schulz converges for every W with at least as many rows as columns and full column rank: there is
   a polar decomposition W = Q H, and every tolerance on ||NS_k(W) - Q||_F^2 is reached and kept. *)
Theorem newton_schulz_converges m n (W : 'M[R]_(m, n)) : Num.archimedean_axiom R ->
  (n <= m)%N -> (forall x : 'cV[R]_n, W *m x = 0 -> x = 0) ->
  exists Q H, polar_dec W Q H /\
    forall e, 0 < e -> exists K, forall k, (K <= k)%N -> sfe (nsk k W) Q <= e.
Proof.
move=> arch nm inj; have [U [d [V [UU VV d0 WE]]]] := svd_exists W nm.
have Vr : V *m V^T = 1%:M by apply: mulmx1C.
have dp j : 0 < d 0 j.
  rewrite lt_def d0 andbT; apply/eqP => dj.
  pose e : 'cV[R]_n := delta_mx j 0.
  have Ve : V *m e = 0.
    by apply: inj; rewrite WE -!mulmxA (mulmxA V^T) VV mul1mx diag_delta dj scale0r mulmx0.
  have /matrixP/(_ j 0) : e = 0 by rewrite -[e]mul1mx -VV -mulmxA Ve mulmx0.
  by rewrite !mxE !eqxx => /eqP; rewrite oner_eq0.
exists (U *m V^T), (V *m diag_mx d *m V^T); split; last first.
  by move=> e e0; rewrite WE; apply: nsk_converges.
have [Hs H0] := svd_factor VV d0; split=> //; last by rewrite WE -!mulmxA (mulmxA V^T V) VV mul1mx.
by rewrite /iso trmx_mul trmxK -mulmxA (mulmxA U^T) UU mul1mx.
Qed.

(* The wide case: full row rank, and a polar decomposition of the transpose, W^T = Q^T H. *)
Corollary newton_schulz_converges_wide m n (W : 'M[R]_(m, n)) : Num.archimedean_axiom R ->
  (m <= n)%N -> (forall x : 'cV[R]_m, W^T *m x = 0 -> x = 0) ->
  exists Q H, polar_dec W^T Q^T H /\
    forall e, 0 < e -> exists K, forall k, (K <= k)%N -> sfe (nsk k W) Q <= e.
Proof.
move=> arch mn inj; have [Q [H [WQ close]]] := newton_schulz_converges arch mn inj.
exists Q^T, H; rewrite trmxK; split=> // e /close[K le_e]; exists K => k /le_e.
by rewrite nsk_tr /sfe -[frob2 (_ - Q)]frob2_tr [(_ - Q)^T]raddfB /= trmxK.
Qed.

(* Any rank: the limit is the partial isometry L with W = L H that vanishes on the null space of W. *)
Theorem newton_schulz_limit m n (W : 'M[R]_(m, n)) : Num.archimedean_axiom R -> (n <= m)%N ->
  exists L H, [/\ L *m L^T *m L = L, H^T = H, psd H, W = L *m H &
    forall x : 'cV[R]_n, W *m x = 0 -> L *m x = 0] /\
    forall e, 0 < e -> exists K, forall k, (K <= k)%N -> sfe (nsk k W) L <= e.
Proof.
move=> arch nm; have [U [d [V [UU VV d0 WE]]]] := svd_exists W nm.
exists (svd U (support d) V), (V *m diag_mx d *m V^T); split; last first.
  by move=> e e0; rewrite WE; apply: nsk_converges_any_rank.
have [Hs H0] := svd_factor VV d0; split=> //.
- rewrite svd_mul3 //; congr thin_svd.svd; apply/rowP => j.
  by rewrite !mxE; case: (d 0 j != 0); rewrite ?mulr1 ?mulr0.
- rewrite WE /svd -!mulmxA (mulmxA V^T V) VV mul1mx (mulmxA (diag_mx (support d))) mulmx_diag.
  congr (U *m (diag_mx _ *m _)); apply/rowP => j; rewrite !mxE.
  by have [->|] := eqVneq (d 0 j) 0; rewrite ?mulr0 ?mul1r.
move=> x Wx; pose g : 'rV[R]_n := \row_j (d 0 j)^-1.
have -> : svd U (support d) V = U *m diag_mx g *m U^T *m W.
  rewrite WE /svd -!mulmxA (mulmxA U^T U) UU mul1mx (mulmxA (diag_mx g)) mulmx_diag.
  congr (U *m (diag_mx _ *m _)); apply/rowP => j; rewrite !mxE.
  by have [->|dj] := eqVneq (d 0 j) 0; rewrite ?mulr0 ?mulVf.
by rewrite -(mulmxA _ W) Wx mulmx0.
Qed.

End EveryWeight.

(* The real algebraic numbers meet the hypothesis on R, so there the theorem holds without it. *)
Corollary newton_schulz_converges_algebraic m n (W : 'M[realalg_rcfType]_(m, n)) :
  (n <= m)%N -> (forall x : 'cV_n, W *m x = 0 -> x = 0) ->
  exists Q H, polar_dec W Q H /\
    forall e, 0 < e -> exists K, forall k, (K <= k)%N -> sfe (nsk k W) Q <= e.
Proof. by apply: newton_schulz_converges => x; exists (Num.bound `|x|); apply: archi_boundP. Qed.
