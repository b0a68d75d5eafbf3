(* The front: the least ||W - V||_F^2 + lam ||V^T V - I||_F^2, over all V.

   A Vs with W = Vs M, M = I + 2 lam (Vs^T Vs - I) >= 0, is a global minimum of this non-convex
   problem, by an exact identity of which the gap identity is a case. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Identity.
Variable R : comRingType.

(* The penalised error, and the multiplier matrix of a point. *)
Definition loss {m n} (W : 'M[R]_(m, n)) (lam : R) (V : 'M[R]_(m, n)) : R := sfe W V + lam * dfi V.
Definition mult {m n} (lam : R) (V : 'M[R]_(m, n)) : 'M[R]_n :=
  1%:M + (2%:R * lam) *: (V^T *m V - 1%:M).

Lemma gram_sym m n (V : 'M[R]_(m, n)) : (V^T *m V)^T = V^T *m V.
Proof. by rewrite trmx_mul trmxK. Qed.

(* The common source of the gap and of the front: no condition on V, M of any sign. *)
Theorem gram_identity m n (W Vs V : 'M[R]_(m, n)) (M : 'M[R]_n) :
  W = Vs *m M -> M^T = M ->
  sfe W V - sfe W Vs = \tr ((V - Vs)^T *m (V - Vs) *m M)
                       + dot (V^T *m V - Vs^T *m Vs) (1%:M - M).
Proof.
move=> WM Ms; rewrite (gap_with_defects V WM Ms) -addrA -raddfB /= -mulmxBl.
rewrite -(opprB V Vs) [(- _)^T]linearN /= mulNmx mulmxN opprK /dot [(_ - Vs^T *m Vs)^T]linearB /=.
by rewrite !gram_sym.
Qed.

(* The same with a penalty ||V^T V - T||_F^2 for any symmetric target T. *)
Theorem target_identity m n (lam : R) (W Vs V : 'M[R]_(m, n)) (T M : 'M[R]_n) :
  T^T = T -> M = 1%:M + (2%:R * lam) *: (Vs^T *m Vs - T) -> W = Vs *m M ->
  (sfe W V + lam * frob2 (V^T *m V - T)) - (sfe W Vs + lam * frob2 (Vs^T *m Vs - T))
  = \tr ((V - Vs)^T *m (V - Vs) *m M) + lam * frob2 (V^T *m V - Vs^T *m Vs).
Proof.
move=> Ts ME WM; have Ms : M^T = M by rewrite ME linearD linearZ /= linearB /= gram_sym trmx1 Ts.
set t := \tr _; have -> : sfe W V = t + dot (V^T *m V - Vs^T *m Vs) (1%:M - M) + sfe W Vs.
  by rewrite -(gram_identity V WM Ms) subrK.
have -> : 1%:M - M = - (2%:R * lam) *: (Vs^T *m Vs - T) by rewrite ME scaleNr opprD addNKr.
have -> : V^T *m V - T = (V^T *m V - Vs^T *m Vs) + (Vs^T *m Vs - T) by rewrite addrA subrK.
rewrite frob2D dotZr; ring.
Qed.

(* The front's exact identity: W = Vs M gives L(V) - L(Vs) for every V, as two quadratic terms. *)
Theorem front_identity m n (lam : R) (W Vs V : 'M[R]_(m, n)) :
  W = Vs *m mult lam Vs ->
  loss W lam V - loss W lam Vs
  = \tr ((V - Vs)^T *m (V - Vs) *m mult lam Vs) + lam * frob2 (V^T *m V - Vs^T *m Vs).
Proof. by move=> WM; rewrite -(target_identity V (trmx1 R n) _ WM). Qed.

(* With gain c: the penalty is ||V^T V - c^2 I||_F^2. *)
Corollary front_identity_gain m n (lam c : R) (W Vs V : 'M[R]_(m, n)) (M : 'M[R]_n) :
  M = 1%:M + (2%:R * lam) *: (Vs^T *m Vs - (c ^+ 2)%:M) -> W = Vs *m M ->
  (sfe W V + lam * frob2 (V^T *m V - (c ^+ 2)%:M))
  - (sfe W Vs + lam * frob2 (Vs^T *m Vs - (c ^+ 2)%:M))
  = \tr ((V - Vs)^T *m (V - Vs) *m M) + lam * frob2 (V^T *m V - Vs^T *m Vs).
Proof. by move=> ME WM; apply: target_identity; rewrite ?tr_scalar_mx. Qed.

(* The gap identity as a case: the polar factor Q of W = Q H is on the front of its own target. *)
Corollary gap_as_front m n (lam : R) (W Q V : 'M[R]_(m, n)) (H T : 'M[R]_n) :
  iso Q -> W = Q *m H -> T^T = T -> H = 1%:M + (2%:R * lam) *: (1%:M - T) ->
  (sfe W V + lam * frob2 (V^T *m V - T)) - (sfe W Q + lam * frob2 (1%:M - T))
  = \tr ((V - Q)^T *m (V - Q) *m H) + lam * dfi V.
Proof. by move=> QQ WH Ts HE; rewrite /dfi -QQ; apply: target_identity; rewrite ?QQ. Qed.

(* Among the V with the same V^T V (isometries: I) the penalty drops out and a gap identity is left. *)
Corollary same_gram_gap m n (W Vs V : 'M[R]_(m, n)) (M : 'M[R]_n) :
  W = Vs *m M -> M^T = M -> V^T *m V = Vs^T *m Vs ->
  sfe W V - sfe W Vs = \tr ((V - Vs)^T *m (V - Vs) *m M).
Proof. by move=> WM Ms GG; rewrite (gram_identity V WM Ms) GG subrr dot0l addr0. Qed.

End Identity.

Section Minimum.
Variable R : realDomainType.
Variables (m n : nat) (lam : R) (W Vs : 'M[R]_(m, n)).
Hypotheses (lam0 : 0 <= lam) (WM : W = Vs *m mult lam Vs).

(* A critical point with M >= 0 is a global minimum over all V, though the problem is not convex. *)
Theorem front_global_minimum (V : 'M[R]_(m, n)) :
  psd (mult lam Vs) -> loss W lam Vs <= loss W lam V.
Proof.
move=> M0; rewrite -subr_ge0 (front_identity V WM) addr_ge0 ?mulr_ge0 ?frob2_ge0 //.
by rewrite trace_rot trace_psd.
Qed.

(* ... and the only one if M > 0. *)
Theorem front_unique (V : 'M[R]_(m, n)) :
  posdef (mult lam Vs) -> loss W lam V <= loss W lam Vs -> V = Vs.
Proof.
move=> Mp; rewrite -subr_le0 (front_identity V WM) trace_rot => le.
have M0 : psd (mult lam Vs) by move=> x; have [->|/Mp/ltW //] := eqVneq x 0; rewrite quad_dot dot0l.
apply/eqP; rewrite -subr_eq0 -(trace_posdef _ Mp) eq_le trace_psd // andbT.
by apply: le_trans le; rewrite ler_addl mulr_ge0 // frob2_ge0.
Qed.

(* Pareto optimality: who deviates no more from isometry than Vs pays at least as much. *)
Corollary front_pareto (V : 'M[R]_(m, n)) :
  psd (mult lam Vs) -> dfi V <= dfi Vs -> sfe W Vs <= sfe W V.
Proof.
move=> /(front_global_minimum V) min le.
by rewrite -(ler_add2r (lam * dfi Vs)) (le_trans min) // ler_add2l ler_wpmul2l.
Qed.

(* ... and more, unless it is Vs itself, if M > 0. *)
Corollary front_pareto_strict (V : 'M[R]_(m, n)) :
  posdef (mult lam Vs) -> dfi V <= dfi Vs -> sfe W V <= sfe W Vs -> V = Vs.
Proof. by move=> Mp le1 le2; apply: front_unique => //; apply: ler_add; rewrite ?ler_wpmul2l. Qed.

End Minimum.

(* Along the front DfI falls and the error grows: for any minimisers Vl at lam and Vm at mu > lam. *)
Theorem front_monotone (R : realDomainType) m n (lam mu : R) (W Vl Vm : 'M[R]_(m, n)) :
  0 <= lam -> lam < mu ->
  (forall V, loss W lam Vl <= loss W lam V) -> (forall V, loss W mu Vm <= loss W mu V) ->
  dfi Vm <= dfi Vl /\ sfe W Vl <= sfe W Vm.
Proof.
move=> lam0 lm /(_ Vm) hl /(_ Vl) hm; have d : dfi Vm <= dfi Vl.
  have ml : 0 < mu - lam by rewrite subr_gt0.
  rewrite -(ler_pmul2l ml) -subr_ge0.
  have := ler_add hl hm; rewrite -subr_ge0 /loss => h.
  by congr (0 <= _): h; ring.
split=> //; rewrite -(ler_add2r (lam * dfi Vl)); apply: le_trans hl _.
by rewrite ler_add2l ler_wpmul2l.
Qed.

(* One lam for all layers of a network is optimal: no other choice with at most the same total DfI
   costs less in total. *)
Theorem front_network (R : realDomainType) L (m n : 'I_L -> nat) (lam : R)
    (W Vs V : forall l, 'M[R]_(m l, n l)) :
  0 <= lam -> (forall l, W l = Vs l *m mult lam (Vs l)) -> (forall l, psd (mult lam (Vs l))) ->
  \sum_l dfi (V l) <= \sum_l dfi (Vs l) -> \sum_l sfe (W l) (Vs l) <= \sum_l sfe (W l) (V l).
Proof.
move=> lam0 WM M0 le; rewrite -(ler_add2r (lam * \sum_l dfi (Vs l))).
apply: (@le_trans _ _ (\sum_l sfe (W l) (V l) + lam * \sum_l dfi (V l))); last first.
  by rewrite ler_add2l ler_wpmul2l.
rewrite !mulr_sumr -!big_split; apply: ler_sum => l _ /=.
exact: front_global_minimum.
Qed.
