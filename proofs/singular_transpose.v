(* More about ordered singular values: those of the transpose, and what they say of the matrix. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius spectral svd singular.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Transpose.
Variable R : rcfType.

(* A matrix and its transpose have the same singular values, up to zeros at the end. *)
Theorem singular_values_transpose n k (W : 'M[R]_(n + k, n)) (s : 'rV[R]_n) :
  singular_values W s -> singular_values W^T (row_mx s 0).
Proof.
case=> ds s0 [V VV We]; have [U UU WU] := svd_of_gram (leq_addr k n) VV We.
have Vr : V^T *m V = 1%:M by [].
have [|U' UU' Ub] := @complete_isometry _ _ _ (row_mx U 0) [set j : 'I_(n + k) | (j < n)%N] (leqnn _).
  rewrite tr_row_mx trmx0 mul_col_row UU !mul0mx !mulmx0.
  rewrite (_ : \row_j _ = row_mx (const_mx 1) 0) ?diag_mx_row ?diag_const_mx ?raddf0 //.
  by apply/rowP => j; rewrite !mxE inE; case: splitP => i _; rewrite mxE.
have Ul : U' = row_mx U (rsubmx U').
  rewrite -[LHS]hsubmxK; congr row_mx; apply/matrixP => i j.
  have /colP/(_ i) : col (lshift k j) U' = col (lshift k j) (row_mx U 0) by apply: Ub; rewrite inE /= ltn_ord.
  by rewrite !mxE (unsplitK (inl _ j)).
split=> [i j|i|].
- rewrite !mxE; case: splitP => a ->; case: splitP => b ->; rewrite ?mxE ?s0 //; first exact: ds.
  by rewrite leqNgt (leq_trans (ltn_ord a) (leq_addr _ _)).
- by rewrite mxE; case: splitP => a _; rewrite ?mxE.
have z : map_mx (fun t : R => t ^+ 2) (0 : 'rV_k) = 0 by apply/rowP => i; rewrite !mxE expr0n.
exists U' => //; rewrite trmxK map_row_mx z diag_mx_row Ul tr_row_mx mul_row_block mul_row_col.
rewrite [diag_mx 0]raddf0 !mulmx0 !addr0 mul0mx addr0.
rewrite WU !trmx_mul trmxK tr_diag_mx -!mulmxA (mulmxA V^T) Vr mul1mx (mulmxA (diag_mx s)) mulmx_diag.
by congr (_ *m (diag_mx _ *m _)); apply/rowP => i; rewrite !mxE expr2.
Qed.

(* The squared Frobenius norm is the sum of the squared singular values. *)
Theorem singular_values_frobenius m n (W : 'M[R]_(m, n)) (s : 'rV[R]_n) :
  singular_values W s -> frob2 W = \sum_i s 0 i ^+ 2.
Proof.
case=> _ _ [V VV We]; rewrite /frob2 We mxtrace_mulC mulmxA VV mul1mx mxtrace_diag.
by apply: eq_bigr => i _; rewrite mxE.
Qed.

(* No singular value is 0 exactly when no vector but 0 is mapped to 0. *)
Theorem singular_values_positive m n (W : 'M[R]_(m, n)) (s : 'rV[R]_n) : singular_values W s ->
  (forall i, 0 < s 0 i) <-> (forall x : 'cV[R]_n, W *m x = 0 -> x = 0).
Proof.
move=> Ws; have [_ s0 [V VV We]] := Ws; split=> [sp x Wx|inj i].
  have Mp : posdef (W^T *m W) by rewrite We; apply/posdef_spectral => // i; rewrite mxE exprn_gt0.
  by apply: contraTeq isT => /Mp; rewrite quad_gram Wx frob20 ltxx.
rewrite lt_def s0 andbT; have [u u1 Wu] := singular_vector i Ws.
apply: contra_eq_neq u1 => s0'.
have -> : u = 0 by apply: inj; apply/eqP; rewrite -frob_eq0 Wu s0'.
by rewrite /frob frob20 sqrtr0 eq_sym oner_eq0.
Qed.

Lemma rank_diag n (d : 'rV[R]_n) : \rank (diag_mx d) = (\sum_i (d 0%R i != 0%R))%N.
Proof.
elim: n d => [|n IH] d; first by rewrite [diag_mx d]flatmx0 mxrank0 big_ord0.
have [e [f ->]] : exists e : 'rV[R]_1, exists f : 'rV[R]_n, d = row_mx e f.
  by exists (@lsubmx _ 1 1 n d), (@rsubmx _ 1 1 n d); rewrite hsubmxK.
rewrite (@big_split_ord _ _ _ 1 n) /= (diag_mx_row e).
transitivity (\rank (diag_mx e) + \rank (diag_mx f))%N; first exact: (@rank_diag_block_mx R 1 1 n n).
rewrite IH.
congr (_ + _)%N; last by apply: eq_bigr => i _; rewrite (@row_mxEr _ 1 1 n).
rewrite big_ord_recl big_ord0 addn0 (@row_mxEl _ 1 1 n) rank_rV; congr nat_of_bool; congr negb.
apply/eqP/eqP => [/matrixP/(_ 0 0)|e0]; first by rewrite !mxE eqxx mulr1n.
by apply/matrixP => i j; rewrite !ord1 !mxE e0 mul0rn.
Qed.

(* The rank is the number of singular values other than 0. *)
Theorem singular_values_rank m n (W : 'M[R]_(m, n)) (s : 'rV[R]_n) :
  singular_values W s -> \rank W = (\sum_i (s 0%R i != 0%R))%N.
Proof.
case=> _ _ [V VV We].
have Vu : V \in unitmx by case/mulmx1_unit: VV.
have Vtu : V^T \in unitmx by rewrite unitmx_tr.
have <- : \rank (W^T *m W) = \rank W.
  rewrite -[RHS]mxrank_tr -[RHS](mxrank_mul_ker _ W) [X in (_ + X)%N](_ : _ = 0%N) ?addn0 //.
  apply/eqP; rewrite mxrank_eq0; apply/eqP/row_matrixP => i; rewrite row0; set y := row i _.
  have : (y <= W^T :&: kermx W)%MS by apply: row_sub.
  rewrite sub_capmx => /andP[/submxP[z ->] /sub_kermxP]; rewrite -mulmxA => zW.
  apply: trmx_inj; apply/eqP; rewrite trmx0 -frob2_eq0 /frob2 trmxK trmx_mul trmxK.
  by rewrite mulmxA -(mulmxA z) zW mul0mx mxtrace0.
rewrite We mxrankMfree ?row_free_unit // -mxrank_tr trmx_mul mxrankMfree ?row_free_unit //.
by rewrite mxrank_tr rank_diag; apply: eq_bigr => i _; rewrite mxE sqrf_eq0.
Qed.

End Transpose.
