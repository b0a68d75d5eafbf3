(* How far the polar factor moves when the matrix moves.

   W = Q H and W' = Q' H' with isometries Q, Q' and H >= s, H' >= s' (the smallest singular values):
   (s + s') ||Q - Q'||_F <= 2 ||W - W'||_F, for any shapes. Attained, hence the best constant. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap forms.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* The identity: 2 <Q - Q', W - W'> = tr ((Q - Q')^T (Q - Q') (H + H')). *)
Theorem perturbation_identity (R : comRingType) m n (W W' Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) :
  W = Q *m H -> W' = Q' *m H' -> H^T = H -> H'^T = H' -> iso Q -> iso Q' ->
  2%:R * dot (Q - Q') (W - W') = \tr ((Q - Q')^T *m (Q - Q') *m (H + H')).
Proof.
move=> -> -> Hs Hs' QQ QQ'; rewrite trace_dot mulmxDr !mulmxBl.
rewrite [RHS]dotDr !dotBl !dotBr.
have diag (P : 'M[R]_(m, n)) (K : 'M[R]_n) : iso P -> dot P (P *m K) = \tr K.
  by move=> PP; rewrite /dot mulmxA PP mul1mx.
have swap (K : 'M[R]_n) : K^T = K -> dot Q' (Q *m K) = dot Q (Q' *m K).
  by move=> Ks; rewrite dotC dot_mulr Ks.
by rewrite !diag // (swap H) // (swap H') //; ring.
Qed.

Section Bound.
Variable R : rcfType.

(* The bound, square or tall: any polar factors, also of rank-deficient W (s = 0). *)
Theorem polar_perturbation m n (W W' Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) (s s' : R) :
  W = Q *m H -> W' = Q' *m H' -> H^T = H -> H'^T = H' -> iso Q -> iso Q' ->
  lower H s -> lower H' s' ->
  (s + s') * frob (Q - Q') <= 2%:R * frob (W - W').
Proof.
move=> WQ WQ' Hs Hs' QQ QQ' Hl Hl'; rewrite -(@ger0_norm R 2%:R) ?ler0n // -frobZ.
apply: lower_cancel; rewrite dotZr (perturbation_identity WQ WQ' Hs Hs' QQ QQ') trace_rot.
exact/trace_lower/lowerD.
Qed.

(* ... and wide: W = H Q, Q Q^T = I. *)
Corollary polar_perturbation_wide m n (W W' Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_m) (s s' : R) :
  W = H *m Q -> W' = H' *m Q' -> H^T = H -> H'^T = H' -> iso Q^T -> iso Q'^T ->
  lower H s -> lower H' s' ->
  (s + s') * frob (Q - Q') <= 2%:R * frob (W - W').
Proof.
move=> WQ WQ' Hs Hs' QQ QQ' Hl Hl'; rewrite -(frob_tr (Q - Q')) -(frob_tr (W - W')) !linearB /=.
by apply: polar_perturbation Hl Hl'; rewrite ?WQ ?WQ' ?trmx_mul ?Hs ?Hs'.
Qed.

(* One side known: W of smallest singular value at least s, W' anything. *)
Corollary polar_perturbation_one_sided m n (W W' Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) (s : R) :
  W = Q *m H -> W' = Q' *m H' -> H^T = H -> H'^T = H' -> iso Q -> iso Q' ->
  lower H s -> psd H' ->
  s * frob (Q - Q') <= 2%:R * frob (W - W').
Proof.
move=> WQ WQ' Hs Hs' QQ QQ' Hl /lower_psd Hl'; rewrite -[s in s * _]addr0.
exact: (polar_perturbation WQ WQ' Hs Hs' QQ QQ' Hl Hl').
Qed.

(* The polar factor is Lipschitz at full rank. *)
Corollary polar_lipschitz m n (W W' Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) (s s' : R) :
  W = Q *m H -> W' = Q' *m H' -> H^T = H -> H'^T = H' -> iso Q -> iso Q' ->
  lower H s -> lower H' s' -> 0 < s + s' ->
  frob (Q - Q') <= 2%:R / (s + s') * frob (W - W').
Proof.
move=> WQ WQ' Hs Hs' QQ QQ' Hl Hl' ss; rewrite mulrAC ler_pdivl_mulr // [X in X <= _]mulrC.
exact: (polar_perturbation WQ WQ' Hs Hs' QQ QQ' Hl Hl').
Qed.

(* The polar decomposition of a full-rank W is unique, both factors. *)
Corollary polar_decomposition_unique m n (W Q Q' : 'M[R]_(m, n)) (H H' : 'M[R]_n) (s : R) :
  W = Q *m H -> W = Q' *m H' -> H^T = H -> H'^T = H' -> iso Q -> iso Q' ->
  0 < s -> lower H s -> psd H' -> Q = Q' /\ H = H'.
Proof.
move=> WQ WQ' Hs Hs' QQ QQ' s0 Hl Hl'.
have eQ : Q = Q'.
  apply/eqP; rewrite -subr_eq0 -frob_eq0 eq_le frob_ge0 andbT -(pmulr_rle0 _ s0).
  apply: le_trans (polar_perturbation_one_sided WQ WQ' Hs Hs' QQ QQ' Hl Hl') _.
  by rewrite subrr /frob frob20 sqrtr0 mulr0.
split=> //; move: WQ' QQ'; rewrite -eQ WQ => /(congr1 (mulmx Q^T)).
by rewrite !mulmxA QQ !mul1mx.
Qed.

(* The bound is attained: by any two isometries with all singular values s, *)
Theorem perturbation_attained m n (s : R) (Q Q' : 'M[R]_(m, n)) :
  0 <= s -> (s + s) * frob (Q - Q') = 2%:R * frob (Q *m s%:M - Q' *m s%:M).
Proof.
by move=> s0; rewrite -mulmxBl mul_mx_scalar frobZ ger0_norm // mulrA mulr_natl mulr2n.
Qed.

(* ... and at different singular values by opposite isometries. *)
Theorem perturbation_attained_opposite m n (s s' : R) (Q : 'M[R]_(m, n)) :
  0 <= s -> 0 <= s' -> (s + s') * frob (Q - - Q) = 2%:R * frob (Q *m s%:M - - Q *m s'%:M).
Proof.
move=> s0 s0'; have twice : Q - - Q = 2%:R *: Q by rewrite opprK scaler_nat mulr2n.
rewrite twice mulNmx opprK !mul_mx_scalar -scalerDl !frobZ !ger0_norm ?ler0n ?addr_ge0 //.
by rewrite mulrCA.
Qed.

(* A witness: W = (1), W' = (-1), with Q = W, Q' = W', H = H' = (1): 2 * 2 = 2 * 2, and not 0. *)
Theorem perturbation_witness :
  let Q := 1%:M : 'M[R]_1 in
  [/\ iso Q, iso (- Q), lower (1%:M : 'M[R]_1) 1, frob (Q - - Q) = 2%:R
    & (1 + 1) * frob (Q - - Q) = 2%:R * frob (Q *m 1%:M - (- Q) *m 1%:M)].
Proof.
move=> Q; have two : frob (Q - - Q) = 2%:R.
  rewrite opprK -mulr2n -scaler_nat frobZ ger0_norm ?ler0n // /frob frob2_iso ?sqrtr1 ?mulr1 //.
  by rewrite /iso trmx1 mulmx1.
split=> //; try exact: lower_scalar.
- by rewrite /iso trmx1 mulmx1.
- by rewrite /iso [(- Q)^T]linearN /= trmx1 mulNmx mulmxN opprK mulmx1.
exact: (perturbation_attained_opposite Q ler01 ler01).
Qed.

End Bound.
