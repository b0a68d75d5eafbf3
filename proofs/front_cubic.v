(* The front by singular values: the cubic 2 lam v^3 + (1 - 2 lam) v = s.

   For s > 0 it has exactly one positive root, which lies between s and 1 and satisfies the
   condition M >= 0 of front.v; so W = U diag(s) Z^T gives the global minimum U diag(v) Z^T. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap gap_svd front.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Scalar.
Variable R : realDomainType.

(* The cubic of the front. *)
Definition cubic (lam v : R) : R := 2%:R * lam * v ^+ 3 + (1 - 2%:R * lam) * v.

Lemma cubicE lam v : cubic lam v = v * (1 + 2%:R * lam * (v ^+ 2 - 1)).
Proof. by rewrite /cubic; ring. Qed.

(* At a positive root the multiplier is positive: the root satisfies the theorem's condition. *)
Theorem cubic_multiplier lam s v :
  0 < s -> 0 < v -> cubic lam v = s -> 0 < 1 + 2%:R * lam * (v ^+ 2 - 1).
Proof. by move=> s0 v0 e; rewrite -(pmulr_rgt0 _ v0) -cubicE e. Qed.

(* There is at most one positive root. *)
Theorem cubic_unique lam s v w :
  0 < lam -> 0 < s -> 0 < v -> 0 < w -> cubic lam v = s -> cubic lam w = s -> v = w.
Proof.
move=> lam0 s0 v0 w0 ev ew; have Mv := cubic_multiplier s0 v0 ev.
have pos : 0 < 1 + 2%:R * lam * (v ^+ 2 - 1) + 2%:R * lam * (w * (v + w)).
  by rewrite ltr_paddr // !mulr_ge0 ?addr_ge0 ?ler0n ?ltW.
apply/eqP; rewrite -subr_eq0 -(mulIr_eq0 _ (mulIf (lt0r_neq0 pos))); apply/eqP.
by transitivity (cubic lam v - cubic lam w); [rewrite /cubic; ring | rewrite ev ew subrr].
Qed.

(* A positive root lies strictly between s and 1. *)
Theorem cubic_between lam s v :
  0 < lam -> 0 < v -> s != 1 -> cubic lam v = s -> Num.min s 1 < v < Num.max s 1.
Proof.
move=> lam0 v0 s1 e; have sv : s - v = 2%:R * lam * v * (v + 1) * (v - 1) by rewrite -e /cubic; ring.
have p : 0 < 2%:R * lam * v * (v + 1) by rewrite !mulr_gt0 ?addr_gt0 ?ltr0n.
rewrite lt_minl lt_maxr; case: (ltgtP v 1) sv => [v1|v1|->].
- by move=> sv; rewrite orbF orbT andbT -subr_lt0 sv pmulr_rlt0 // subr_lt0.
- by move=> sv; rewrite orbF orbT -subr_gt0 sv pmulr_rgt0 // subr_gt0.
by rewrite subrr mulr0 => /eqP; rewrite subr_eq0 (negPf s1).
Qed.

End Scalar.

(* At s = 0 a positive v is a root iff v^2 = 1 - 1/(2 lam): none for lam <= 1/2. *)
Theorem cubic_zero (R : realFieldType) (lam v : R) :
  0 < lam -> 0 < v -> cubic lam v = 0 <-> v ^+ 2 = 1 - (2%:R * lam)^-1.
Proof.
move=> lam0 v0; have l0 : 2%:R * lam != 0 by rewrite mulf_neq0 ?pnatr_eq0 ?lt0r_neq0.
have -> : cubic lam v = v * (2%:R * lam) * (v ^+ 2 - (1 - (2%:R * lam)^-1)).
  by rewrite cubicE; move: (2%:R * lam) l0 => l l0; field.
split=> [/eqP|->]; last by rewrite subrr mulr0.
by rewrite -mulrA mulf_eq0 (gt_eqF v0) /= mulf_eq0 (negPf l0) /= subr_eq0 => /eqP.
Qed.

Section Roots.
Variable R : rcfType.

(* There is a positive root. *)
Theorem cubic_exists (lam s : R) : 0 < lam -> 0 < s -> exists2 v, 0 < v & cubic lam v = s.
Proof.
move=> lam0 s0; pose p : {poly R} := (2%:R * lam) *: 'X^3 + (1 - 2%:R * lam) *: 'X - s%:P.
have pE x : p.[x] = cubic lam x - s.
  by rewrite /p hornerD hornerN hornerC hornerD !hornerZ hornerXn hornerX.
have qE x : p.[x] = (x - s) + 2%:R * lam * x * (x + 1) * (x - 1) by rewrite pE /cubic; ring.
have c0 x : 0 < x -> 0 <= 2%:R * lam * x * (x + 1).
  by move=> x0; rewrite !mulr_ge0 ?addr_ge0 ?ler0n ?ler01 ?ltW.
have found a b : 0 < a -> a <= b -> p.[a] <= 0 -> 0 <= p.[b] -> exists2 v, 0 < v & cubic lam v = s.
  move=> a0 ab pa pb; have pab : p.[a] <= 0 <= p.[b] by apply/andP.
  have [v /andP[av _] pv] := poly_ivt ab pab.
  by exists v; [apply: lt_le_trans av | apply/eqP; rewrite -subr_eq0 -pE].
case: (leP s 1) => [s1|/ltW s1]; [apply: (found s 1) | apply: (found 1 s)] => //;
  rewrite qE subrr ?mulr0 ?addr0 ?add0r ?subr_ge0 ?subr_le0 //.
  by rewrite mulr_ge0_le0 ?c0 // subr_le0.
by rewrite mulr_ge0 ?c0 // subr_ge0.
Qed.

(* Exactly one. *)
Corollary cubic_one_root (lam s : R) :
  0 < lam -> 0 < s -> exists! v, 0 < v /\ cubic lam v = s.
Proof.
move=> lam0 s0; have [v v0 e] := cubic_exists lam0 s0.
by exists v; split=> // w [w0 ew]; apply: cubic_unique e ew.
Qed.

(* For every s >= 0 there is a root that satisfies the condition of a global minimum. *)
Theorem cubic_root_exists (lam s : R) :
  0 < lam -> 0 <= s -> exists v, [/\ cubic lam v = s, 0 <= v & 0 <= 1 + 2%:R * lam * (v ^+ 2 - 1)].
Proof.
move=> lam0; rewrite le_eqVlt => /predU1P[<-|s0]; last first.
  have [v v0 e] := cubic_exists lam0 s0.
  by exists v; split=> //; apply: ltW => //; apply: cubic_multiplier e.
have [l1|/ltW l1] := leP (2%:R * lam) 1.
  by exists 0; rewrite cubicE mul0r expr0n sub0r mulrN1 subr_ge0.
have l0 : 2%:R * lam != 0 by rewrite mulf_neq0 ?pnatr_eq0 ?lt0r_neq0.
have t0 : 0 <= 1 - (2%:R * lam)^-1 by rewrite subr_ge0 invf_le1 // mulr_gt0 ?ltr0n.
exists (Num.sqrt (1 - (2%:R * lam)^-1)).
have -> : cubic lam (Num.sqrt (1 - (2%:R * lam)^-1)) = 0.
  by rewrite cubicE sqr_sqrtr // addrAC subrr sub0r mulrN divff // subrr mulr0.
by rewrite sqr_sqrtr // sqrtr_ge0 addrAC subrr sub0r mulrN divff // subrr.
Qed.

End Roots.

Section Svd.
Variable R : realFieldType.
Variables (m n : nat) (lam : R) (W U : 'M[R]_(m, n)) (Z : 'M[R]_n) (s v : 'rV[R]_n).
Hypotheses (svd : W = U *m diag_mx s *m Z^T) (UU : iso U) (ZZ : iso Z) (lam0 : 0 <= lam).
Hypothesis vs : forall j, cubic lam (v 0 j) = s 0 j.
Hypothesis mult0 : forall j, 0 <= 1 + 2%:R * lam * (v 0 j ^+ 2 - 1).

Let Vs := U *m diag_mx v *m Z^T.
Let w : 'rV[R]_n := \row_j (1 + 2%:R * lam * (v 0 j ^+ 2 - 1)).

Lemma mult_svd : mult lam Vs = Z *m diag_mx w *m Z^T.
Proof.
have VV : Vs^T *m Vs = Z *m diag_mx (\row_j (v 0 j ^+ 2)) *m Z^T.
  rewrite /Vs !trmx_mul trmxK tr_diag_mx !mulmxA -(mulmxA _ U^T) UU mulmx1 -(mulmxA Z _ (diag_mx v)).
  by rewrite mulmx_diag; congr (_ *m diag_mx _ *m _); apply/rowP => j; rewrite !mxE expr2.
have -> : diag_mx w = 1%:M + (2%:R * lam) *: (diag_mx (\row_j (v 0 j ^+ 2)) - 1%:M).
  apply/matrixP => i j; rewrite !mxE.
  by case: eqP => [->|_]; rewrite ?mulr1n // !mulr0n subrr mulr0 addr0.
rewrite /mult VV mulmxDr mulmxDl mulmx1 -scalemxAr -scalemxAl mulmxBr mulmxBl mulmx1.
by rewrite (mulmx1C ZZ).
Qed.

Lemma svd_mult : W = Vs *m mult lam Vs.
Proof.
rewrite mult_svd svd /Vs !mulmxA -(mulmxA _ Z^T) ZZ mulmx1 -(mulmxA U _ (diag_mx _)) mulmx_diag.
by congr (_ *m diag_mx _ *m _); apply/rowP => j; rewrite !mxE -cubicE vs.
Qed.

(* Every singular value replaced by a root: a global minimum over all V, any rank. *)
Theorem front_svd (V : 'M[R]_(m, n)) : loss W lam Vs <= loss W lam V.
Proof.
apply: front_global_minimum => //; first exact: svd_mult.
by rewrite mult_svd; apply: psd_diag => j; rewrite mxE.
Qed.

(* ... and the only one at full rank. *)
Theorem front_svd_unique (V : 'M[R]_(m, n)) :
  (forall j, 0 < s 0 j) -> loss W lam V <= loss W lam Vs -> V = Vs.
Proof.
move=> s0; apply: front_unique => //; first exact: svd_mult.
rewrite mult_svd; apply: posdef_diag => // j; rewrite mxE // lt_def mult0 andbT.
by apply: contraTneq (s0 j) => z; rewrite -vs cubicE z mulr0 ltxx.
Qed.

End Svd.

(* The front is never empty: for every W with an SVD and every lam > 0 a global minimum exists. *)
Corollary front_exists (R : rcfType) m n (lam : R) (W U : 'M[R]_(m, n)) (Z : 'M[R]_n) (s : 'rV[R]_n) :
  W = U *m diag_mx s *m Z^T -> iso U -> iso Z -> (forall j, 0 <= s 0 j) -> 0 < lam ->
  exists Vs : 'M[R]_(m, n), forall V, loss W lam Vs <= loss W lam V.
Proof.
move=> svd UU ZZ s0 lam0.
have [v vP] := fin_all_exists (fun j => cubic_root_exists lam0 (s0 j)).
exists (U *m diag_mx (\row_j v j) *m Z^T) => V.
by apply: (front_svd svd UU ZZ (ltW lam0)) => j; rewrite mxE; case: (vP j).
Qed.
