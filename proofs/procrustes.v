(* The orthogonal Procrustes problem, solved without a decomposition given in advance: every W with at least
   as many rows as columns has a nearest isometry, and exactly one if and only if its rank is full. *)

From mathcomp Require Import all_ssreflect all_algebra.
From fire Require Import frobenius gap spectral svd polar.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Procrustes.
Variable R : rcfType.

(* A nearest isometry exists, for W of any rank; one Q serves every gain c >= 0. *)
Theorem nearest_isometry_exists m n (W : 'M[R]_(m, n)) : (n <= m)%N ->
  exists Q : 'M[R]_(m, n), iso Q /\
    forall V, iso V -> forall c, 0 <= c -> sfe W (c *: Q) <= sfe W (c *: V).
Proof.
move=> nm; have [Q [H [QQ Ht H0 WQ]]] := polar_exists W nm.
by exists Q; split=> // V VV c c0; apply: (polar_optimal_gain c0 WQ).
Qed.

(* It is unique if W has full column rank: the orthogonal Procrustes problem is well posed there. *)
Theorem nearest_isometry_unique m n (W : 'M[R]_(m, n)) : (n <= m)%N -> \rank W = n ->
  exists Q : 'M[R]_(m, n), [/\ iso Q, forall V, iso V -> sfe W Q <= sfe W V
    & forall V, iso V -> sfe W V <= sfe W Q -> V = Q].
Proof.
move=> nm rk; have [Q [H [QQ Ht H0 WQ]]] := polar_exists W nm.
have [Hp _] : posdef H /\ H \in unitmx by apply: (polar_posdef Ht H0 (Q := Q)); rewrite -WQ.
by exists Q; split=> // V VV; [apply: (polar_optimal WQ)|apply: (polar_unique WQ)].
Qed.

(* A nearest isometry is a polar factor, at every rank: W = Q H with H symmetric positive semidefinite. *)
Theorem nearest_isometry_polar m n (W Q : 'M[R]_(m, n)) : (n <= m)%N -> iso Q ->
  (forall V, iso V -> sfe W Q <= sfe W V) <->
  exists H : 'M[R]_n, [/\ H^T = H, psd H & W = Q *m H].
Proof.
move=> nm QQ; split=> [opt|[H [Ht H0 WQ]] V VV]; last exact: (polar_optimal WQ).
have [Q1 [H [QQ1 Ht H0 WQ]]] := polar_exists W nm; exists H; split=> //; apply/esym.
by apply/(minimisers WQ) => //; apply/eqP; rewrite eq_le opt // (polar_optimal WQ).
Qed.

(* Without full column rank it is not unique: Q and its reflection along a null vector of W are as near. *)
Theorem nearest_isometry_not_unique m n (W : 'M[R]_(m, n)) : (n <= m)%N -> (\rank W < n)%N ->
  exists Q Q' : 'M[R]_(m, n), [/\ iso Q, iso Q', Q != Q'
    & forall V, iso V -> sfe W Q <= sfe W V /\ sfe W Q' <= sfe W V].
Proof.
move=> nm rk; have [Q [H [QQ Ht H0 WQ]]] := polar_exists W nm.
have [|u u1 Wu] := @orthogonal_unit R n m W^T; first by rewrite mxrank_tr.
rewrite trmxK in Wu.
have uu : u^T *m u = 1%:M by rewrite [LHS]mx11_scalar -trace_mx11 -[\tr _]/(frob2 u) u1.
have Hu : H *m u = 0 by rewrite -[H]mul1mx -QQ -(mulmxA Q^T) -WQ -mulmxA Wu mulmx0.
pose S := 1%:M - 2%:R *: (u *m u^T).
have St : S^T = S by rewrite /S linearB /= trmx1 linearZ /= trmx_mul trmxK.
have Su : S *m u = - u.
  by rewrite /S mulmxBl mul1mx -scalemxAl -mulmxA uu mulmx1 scaler_nat mulr2n opprD addrA subrr sub0r.
have SS : iso S.
  rewrite /iso St {2}/S mulmxBr mulmx1 -scalemxAr mulmxA Su mulNmx scalerN opprK.
  by rewrite /S subrK.
have WQ' : W = Q *m S *m H.
  have SH : S *m H = H.
    by rewrite -[H in LHS]Ht -St -trmx_mul /S mulmxBr mulmx1 -scalemxAr mulmxA Hu mul0mx scaler0 subr0.
  by rewrite -mulmxA SH.
have QS := iso_mul QQ SS; exists Q, (Q *m S); split=> // [|V VV]; last first.
  by split; [apply: (polar_optimal WQ)|apply: (polar_optimal WQ')].
have u0 : Q *m u != 0 by rewrite -frob2_eq0 iso_frob2 // u1 oner_eq0.
apply: contraNneq u0 => QE; rewrite -[Q *m u == 0](_ : (2%:R *: (Q *m u) == 0) = _).
  by rewrite scaler_nat mulr2n {2}QE -mulmxA Su mulmxN subrr.
by rewrite scaler_eq0 pnatr_eq0.
Qed.

(* Wide matrices: the nearest matrix with orthonormal rows. *)
Corollary nearest_row_isometry_exists m n (W : 'M[R]_(m, n)) : (m <= n)%N ->
  exists Q : 'M[R]_(m, n), iso Q^T /\ forall V : 'M[R]_(m, n), iso V^T -> sfe W Q <= sfe W V.
Proof.
move=> mn; have [Q [H [QQ Ht H0 WQ]]] := polar_exists W^T mn.
exists Q^T; split=> [|V VV]; first by rewrite trmxK.
by have := polar_optimal WQ Ht H0 QQ VV; rewrite /sfe -{1}[Q]trmxK -!linearB /= !frob2_tr.
Qed.

End Procrustes.
