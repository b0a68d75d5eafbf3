(* The effective rank of a feature matrix after a linear layer.

   srank c s is the least k for which the first k of the singular values s reach the share 1 - c of their sum:
   srank_c of the paper. It is the same for a matrix and for its transpose. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius isometry spectral svd singular singular_transpose.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section EffectiveRank.
Variable R : rcfType.

Definition head {n} (s : 'rV[R]_n) (k : nat) : R := \sum_(i < n | (i < k)%N) s 0 i.
Definition srank {n} (c : R) (s : 'rV[R]_n) : nat :=
  find (fun k => (1 - c) * (\sum_i s 0 i) <= head s k) (iota 0 n.+1).

Lemma head_all n (s : 'rV[R]_n) : head s n = \sum_i s 0 i.
Proof. by apply: eq_bigl => i; rewrite ltn_ord. Qed.

Lemma head_0 n (s : 'rV[R]_n) : head s 0 = 0. Proof. exact: big_pred0. Qed.

(* The first srank c s values do reach the share 1 - c, *)
Theorem srank_reaches n (c : R) (s : 'rV[R]_n) : 0 <= c -> (forall i, 0 <= s 0 i) ->
  (1 - c) * (\sum_i s 0 i) <= head s (srank c s).
Proof.
move=> c0 s0; set p := fun k => (1 - c) * (\sum_i s 0 i) <= head s k.
have hs : has p (iota 0 n.+1).
  apply/hasP; exists n; first by rewrite mem_iota ltnS leqnn.
  by rewrite /p head_all ler_pimull ?sumr_ge0 // ger_addl oppr_le0.
have := nth_find 0%N hs; rewrite nth_iota ?add0n //.
by move: hs; rewrite has_find size_iota.
Qed.

(* and no fewer do. *)
Theorem srank_least n (c : R) (s : 'rV[R]_n) k : (1 - c) * (\sum_i s 0 i) <= head s k -> (srank c s <= k)%N.
Proof.
move=> h; rewrite leqNgt; apply/negP => kf.
have kn : (k < n.+1)%N by apply: leq_trans kf _; rewrite -[X in (_ <= X)%N](size_iota 0 n.+1) find_size.
by have := before_find 0%N kf; rewrite nth_iota // add0n h.
Qed.

Lemma share_gt0 (a b c : R) : 0 < a -> 0 < b -> 0 <= c <= 1 -> 0 < b * c + a * (1 - c).
Proof.
move=> a0 b0 /andP[c0 c1]; have [->|cn] := eqVneq c 0; first by rewrite mulr0 add0r subr0 mulr1.
by rewrite ltr_paddr ?mulr_ge0 ?mulr_gt0 ?subr_ge0 ?(ltW a0) // lt_def cn c0.
Qed.

(* Values that move by factors between a and b: (1 - c') / c' = ((1 - c) / c) / (b / a). *)
Theorem srank_factor n (s t : 'rV[R]_n) (a b c : R) : 0 < a -> 0 < b -> 0 <= c <= 1 ->
  (forall i, 0 <= s 0 i) -> (forall i, a * s 0 i <= t 0 i <= b * s 0 i) ->
  (srank (b * c / (b * c + a * (1 - c))) s <= srank c t)%N.
Proof.
move=> a0 b0 c01 s0 st; have /andP[c0 c1] := c01; apply: srank_least; set k := srank c t.
have t0 i : 0 <= t 0 i by case/andP: (st i) => h _; apply: le_trans h; rewrite mulr_ge0 ?(ltW a0).
have := srank_reaches c0 t0; rewrite -/k.
pose tail (u : 'rV[R]_n) := \sum_(i < n | ~~ (i < k)%N) u 0 i.
have split_sum (u : 'rV_n) : (\sum_i u 0 i) = head u k + tail u.
  by rewrite (bigID (fun i : 'I_n => (i < k)%N)).
have hd : head t k <= b * head s k.
  by rewrite mulr_sumr; apply: ler_sum => i _; case/andP: (st i).
have tl : a * tail s <= tail t.
  by rewrite mulr_sumr; apply: ler_sum => i _; case/andP: (st i).
rewrite !split_sum; move: (head t k) (head s k) (tail t) (tail s) hd tl => ht hs tt ts hd tl h.
have e0 : 0 <= 1 - c by rewrite subr_ge0.
have D0 := share_gt0 a0 b0 c01.
have -> : 1 - b * c / (b * c + a * (1 - c)) = a * (1 - c) / (b * c + a * (1 - c)).
  by rewrite -[X in X - _](divff (lt0r_neq0 D0)) -mulrBl addrAC subrr add0r.
have {}h : (1 - c) * tt <= c * ht.
  by move: h; rewrite mulrDr -ler_subr_addl -{1}[ht]mul1r -mulrBl opprB [1 + (c - 1)]addrC subrK.
have key : a * (1 - c) * ts <= b * c * hs.
  rewrite -!mulrA mulrCA [b * _]mulrCA; apply: le_trans (ler_wpmul2l e0 tl) _.
  exact: le_trans h (ler_wpmul2l c0 hd).
rewrite mulrAC ler_pdivr_mulr // [hs * _]mulrC; move: key; move: (a * (1 - c)) => g key.
by rewrite mulrDr mulrDl addrC ler_add2r.
Qed.

Lemma head_row_mx n k (s : 'rV[R]_n) j : head (row_mx s (0 : 'rV_k)) j = head s j.
Proof.
rewrite /head big_split_ord /= [X in _ + X]big1 ?addr0 => [|i _]; last by rewrite row_mxEr mxE.
by apply: eq_bigr => i _; rewrite row_mxEl.
Qed.

Lemma srank_row_mx n k c (s : 'rV[R]_n) : 0 <= c -> (forall i, 0 <= s 0 i) ->
  srank c (row_mx s (0 : 'rV_k)) = srank c s.
Proof.
move=> c0 s0; have S : (\sum_i (row_mx s (0 : 'rV_k)) 0 i) = \sum_i s 0 i.
  by rewrite -[LHS]head_all head_row_mx; apply: eq_bigl => i; rewrite ltn_addr.
have r0 i : 0 <= (row_mx s (0 : 'rV_k)) 0 i by rewrite mxE; case: splitP => j _; rewrite ?mxE.
apply/eqP; rewrite eqn_leq; apply/andP; split; apply: srank_least.
  by rewrite S head_row_mx srank_reaches.
by rewrite -(head_row_mx k) -S srank_reaches.
Qed.

(* The effective rank of a matrix is that of its transpose. *)
Theorem srank_transpose m n (W : 'M[R]_(m, n)) s t (c : R) : 0 <= c ->
  singular_values W s -> singular_values W^T t -> srank c s = srank c t.
Proof.
have tall q k (X : 'M[R]_(q + k, q)) u v : 0 <= c -> singular_values X u -> singular_values X^T v ->
    srank c u = srank c v.
  move=> c0 Xu Xv; rewrite -(singular_values_unique (singular_values_transpose Xu) Xv) srank_row_mx //.
  by case: Xu.
move=> c0 Ws Wt; have [nm|/ltnW mn] := leqP n m.
  move: W t Ws Wt; rewrite -(subnKC nm) => W t; exact: tall.
apply/esym; move: W s Ws Wt; rewrite -(subnKC mn) => W s Ws Wt.
by apply: (tall _ _ W^T); rewrite ?trmxK.
Qed.

(* A layer W with a |y| <= |W y| <= b |y| (so no narrower than its input) keeps the effective rank of the
   features X: arXiv 2602.08040, theorem 3, with the condition b / a in place of the gain. *)
Theorem effective_rank_kept N p q (X : 'M[R]_(N, p)) (W : 'M[R]_(q, p)) s t (a b c : R) :
  0 < a -> 0 < b -> 0 <= c <= 1 -> (forall y : 'cV[R]_p, a * frob y <= frob (W *m y) <= b * frob y) ->
  singular_values X s -> singular_values (X *m W^T) t ->
  (srank (b * c / (b * c + a * (1 - c))) s <= srank c t)%N.
Proof.
move=> a0 b0 c01 ab Xs Ft.
have [u Xu] := singular_values_exist X^T; have [v Fv] := singular_values_exist (W *m X^T).
have [c0 c1] : 0 <= c /\ 0 <= 1 - c by rewrite subr_ge0; apply/andP.
have c'0 : 0 <= b * c / (b * c + a * (1 - c)).
  by rewrite divr_ge0 ?addr_ge0 ?mulr_ge0 ?(ltW a0) ?(ltW b0).
rewrite (srank_transpose c'0 Xs Xu) (srank_transpose (t := v) c0 Ft); last first.
  by rewrite trmx_mul trmxK.
apply: srank_factor => //; first by case: Xu.
exact: (singular_values_product (ltW a0) (ltW b0) ab Xu Fv).
Qed.

(* The smaller share needs no more values. *)
Lemma srank_le n (c c' : R) (s : 'rV[R]_n) : 0 <= c -> c <= c' -> (forall i, 0 <= s 0 i) ->
  (srank c' s <= srank c s)%N.
Proof.
move=> c0 cc s0; apply: srank_least; apply: le_trans (srank_reaches c0 s0).
by rewrite ler_wpmul2r ?sumr_ge0 // ler_add2l ler_opp2.
Qed.

(* The paper's form of theorem 3, 1 - c' = (1 - c) / (b / a): it holds and is weaker. *)
Corollary effective_rank_paper N p q (X : 'M[R]_(N, p)) (W : 'M[R]_(q, p)) s t (a b c : R) :
  0 < a -> a <= b -> 0 <= c <= 1 -> (forall y : 'cV[R]_p, a * frob y <= frob (W *m y) <= b * frob y) ->
  singular_values X s -> singular_values (X *m W^T) t ->
  (srank (1 - (1 - c) * (a / b)) s <= srank c t)%N.
Proof.
move=> a0 ab c01 Wab Xs Ft; have b0 := lt_le_trans a0 ab; have /andP[c0 c1] := c01.
apply: leq_trans (effective_rank_kept a0 b0 c01 Wab Xs Ft).
have e0 : 0 <= 1 - c by rewrite subr_ge0.
have D0 := share_gt0 a0 b0 c01.
apply: srank_le; [by rewrite divr_ge0 ?mulr_ge0 ?(ltW b0) ?(ltW D0)| |by case: Xs].
rewrite -subr_ge0.
have -> : 1 - (1 - c) * (a / b) - b * c / (b * c + a * (1 - c))
          = a * (1 - c) * (1 - c) * (b - a) / (b * (b * c + a * (1 - c))).
  by field; rewrite !lt0r_neq0.
by rewrite divr_ge0 ?mulr_ge0 ?subr_ge0 ?(ltW a0) ?(ltW b0) ?(ltW D0).
Qed.

(* With e, the root of the deviation from isometry at gain g, below 1: a = sqrt (1 - e), b = sqrt (1 + e). *)
Corollary effective_rank_dfi N p q (X : 'M[R]_(N, p)) (W : 'M[R]_(q, p)) s t (g c : R) :
  let e := Num.sqrt (dfi (g^-1 *: W)) in let a := Num.sqrt (1 - e) in let b := Num.sqrt (1 + e) in
  0 < g -> e < 1 -> 0 <= c <= 1 -> singular_values X s -> singular_values (X *m W^T) t ->
  (srank (b * c / (b * c + a * (1 - c))) s <= srank c t)%N.
Proof.
move=> e a b g0 e1 c01 Xs Ft.
have a0 : 0 < a by rewrite sqrtr_gt0 subr_gt0.
have b0 : 0 < b by rewrite sqrtr_gt0 ltr_paddr ?sqrtr_ge0.
have -> : b * c / (b * c + a * (1 - c)) = g * b * c / (g * b * c + g * a * (1 - c)).
  have := share_gt0 a0 b0 c01 => D0; field.
  by rewrite !lt0r_neq0 // -!mulrA -mulrDr mulr_gt0.
apply: (effective_rank_kept (mulr_gt0 g0 a0) (mulr_gt0 g0 b0) c01 _ Xs Ft) => y.
have /andP[lo hi] := dfi_gain_length W y g0; rewrite -/e in lo hi.
have fle (u v : R) : 0 <= u -> 0 <= v -> u ^+ 2 <= v ^+ 2 -> u <= v.
  by move=> u0 v0; rewrite ler_pexpn2r ?nnegrE.
apply/andP; split; apply: fle; rewrite ?mulr_ge0 ?frob_ge0 ?(ltW g0) ?sqrtr_ge0 //.
  by rewrite !exprMn !frob_sqr sqr_sqrtr // subr_ge0 ltW.
by rewrite !exprMn !frob_sqr sqr_sqrtr // addr_ge0 ?sqrtr_ge0.
Qed.

(* The effective rank of a matrix other than 0 is not 0, *)
Lemma srank_gt0 m n (X : 'M[R]_(m, n)) s (c : R) : 0 <= c < 1 -> singular_values X s -> X != 0 ->
  (0 < srank c s)%N.
Proof.
move=> /andP[c0 c1] Xs; have [_ s0 _] := Xs; apply: contraNltn; rewrite leqn0 => /eqP k0.
have := srank_reaches c0 s0; rewrite k0 head_0 pmulr_rle0 ?subr_gt0 // => S0.
have {S0} : \sum_i s 0 i == 0 by rewrite eq_le S0 sumr_ge0.
rewrite psumr_eq0 // => /allP z; rewrite -frob2_eq0 (singular_values_frobenius Xs) big1 // => i _.
by rewrite (eqP (z i (mem_index_enum i))) expr0n.
Qed.

(* and that of 0 is 0. *)
Lemma srank_0 m n t (c : R) : singular_values (0 : 'M[R]_(m, n)) t -> srank c t = 0%N.
Proof.
move=> zt; apply/eqP; rewrite -leqn0; apply: srank_least; rewrite head_0 big1 ?mulr0 // => i _.
by have [u _ <-] := singular_vector i zt; rewrite mul0mx /frob frob20 sqrtr0.
Qed.

(* It is at most the rank. *)
Theorem srank_le_rank m n (X : 'M[R]_(m, n)) s (c : R) : 0 <= c -> singular_values X s ->
  (srank c s <= \rank X)%N.
Proof.
move=> c0 Xs; have [ds s0 _] := Xs; apply: srank_least.
suff -> : head s (\rank X) = \sum_i s 0 i by rewrite ler_pimull ?sumr_ge0 // ger_addl oppr_le0.
rewrite /head big_mkcond; apply: eq_bigr => i _; case: ltnP => // ri; apply/esym/eqP.
apply: contraTT ri => si; rewrite -ltnNge (singular_values_rank Xs).
rewrite (bigID (fun j : 'I_n => (j < i.+1)%N)) /= (eq_bigr (fun=> 1%N)) => [|j ji].
  by rewrite -(big_ord_widen _ (fun=> 1%N)) // sum1_card card_ord ltn_addr.
by rewrite gt_eqF // (lt_le_trans _ (ds _ _ ji)) // lt_def si s0.
Qed.

(* A layer narrower than its input keeps nothing, even with orthonormal rows: X may lie in its null space. *)
Theorem narrow_layer_loses_rank (c : R) : 0 <= c < 1 ->
  exists (W X : 'M[R]_(1, 2)), W *m W^T = 1%:M /\
    forall s t, singular_values X s -> singular_values (X *m W^T) t -> (srank c t < srank c s)%N.
Proof.
move=> c01; exists (delta_mx 0 1), (delta_mx 0 0); split=> [|s t Xs].
  by rewrite trmx_delta mul_delta_mx; apply/matrixP => i j; rewrite !ord1 !mxE.
rewrite trmx_delta mul_delta_mx_0 // => /srank_0 ->; apply: srank_gt0 Xs _ => //.
by apply/eqP => /matrixP/(_ 0 0)/eqP; rewrite !mxE oner_eq0.
Qed.

End EffectiveRank.
