(* Rank and isometry: how small DfI can be, and what exact Newton-Schulz leaves at rank r.

   V (m x n) maps n - rank V directions to 0, so dfi V >= n - rank V. Wide
   matrices (m < n) and rank-deficient ones are the two cases. Also: what happens to dead units. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius gap gain.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Identity.
Variable R : comRingType.

Lemma dfiE m n (V : 'M[R]_(m, n)) : dfi V = frob2 (V^T *m V) - 2%:R * frob2 V + n%:R.
Proof.
rewrite /dfi frob2B (frob2_iso (Q := 1%:M)) ?/iso ?trmx1 ?mulmx1 //.
by rewrite dotC /dot trmx1 mul1mx.
Qed.

(* The two Grams differ by the difference of the sides. *)
Theorem dfi_transpose m n (V : 'M[R]_(m, n)) : dfi V = dfi V^T + (n%:R - m%:R).
Proof.
rewrite !dfiE trmxK frob2_tr; have -> : frob2 (V *m V^T) = frob2 (V^T *m V).
  by rewrite !frob2_dot [LHS]dot_mulr [RHS]dot_mull !trmxK mulmxA.
by ring.
Qed.

(* The literal DfI of a gain c times a wide isometry: p (c^2 - 1)^2 + (n - p), p = m rows. *)
Corollary dfi_wide_scaled m n (c : R) (V : 'M[R]_(m, n)) :
  iso V^T -> dfi (c *: V) = m%:R * (c ^+ 2 - 1) ^+ 2 + (n%:R - m%:R).
Proof. by move=> VV; rewrite dfi_transpose linearZ /= dfi_scaled. Qed.

Variables (m n p : nat) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p)).
Hypotheses (UU : iso U) (VV : iso V).

Lemma frob2_diag (d : 'rV[R]_p) : frob2 (diag_mx d) = \sum_j d 0 j ^+ 2.
Proof.
rewrite frob2E; apply: eq_bigr => j _; rewrite (bigD1 j) //= big1 => [|i ij]; last first.
  by rewrite mxE (negPf ij) mulr0n expr0n.
by rewrite mxE eqxx mulr1n addr0.
Qed.

Lemma frob2_svd (d : 'rV[R]_p) : frob2 (U *m diag_mx d *m V^T) = \sum_j d 0 j ^+ 2.
Proof.
rewrite -mulmxA (iso_frob2 _ UU) -frob2_tr trmx_mul trmxK (iso_frob2 _ VV).
by rewrite tr_diag_mx frob2_diag.
Qed.

(* Distance by singular values, every shape. *)
Theorem distance_svd (d e : 'rV[R]_p) :
  frob2 (U *m diag_mx d *m V^T - U *m diag_mx e *m V^T) = \sum_j (d 0 j - e 0 j) ^+ 2.
Proof.
rewrite -mulmxBl -mulmxBr -raddfB frob2_svd.
by apply: eq_bigr => j _; rewrite !mxE.
Qed.

(* DfI by singular values, every shape. *)
Theorem dfi_svd (d : 'rV[R]_p) :
  dfi (U *m diag_mx d *m V^T) = \sum_j (d 0 j ^+ 2 - 1) ^+ 2 + (n%:R - p%:R).
Proof.
set D := \row_j (d 0 j ^+ 2); set X := U *m _ *m _.
have XX : X^T *m X = V *m diag_mx D *m V^T.
  rewrite /X !trmx_mul trmxK tr_diag_mx !mulmxA -(mulmxA _ U^T) UU mulmx1 -(mulmxA V _ (diag_mx d)).
  by rewrite mulmx_diag; congr (_ *m diag_mx _ *m _); apply/rowP => j; rewrite !mxE expr2.
rewrite dfiE XX frob2_svd.
have -> : frob2 (V *m diag_mx D *m V^T) = \sum_j (d 0 j ^+ 2) ^+ 2.
  rewrite -mulmxA (iso_frob2 _ VV) -frob2_tr trmx_mul trmxK (iso_frob2 _ VV) tr_diag_mx frob2_diag.
  by apply: eq_bigr => j _; rewrite mxE.
have -> : \sum_j (d 0 j ^+ 2 - 1) ^+ 2
          = \sum_j (d 0 j ^+ 2) ^+ 2 - 2%:R * (\sum_j d 0 j ^+ 2) + p%:R.
  have -> : p%:R = \sum_(j < p) (1 : R) by rewrite sumr_const card_ord.
  by rewrite mulr_sumr -sumrB -big_split; apply: eq_bigr => j _ /=; ring.
by ring.
Qed.

(* Exact Newton-Schulz keeps the singular values 0 at 0: E has r = #|P| ones and p - r zeros. *)
Variable P : pred 'I_p.
Let E : 'M[R]_p := diag_mx (\row_j (P j)%:R).

Lemma sum_outside (F : bool -> R) :
  F true = 0 -> F false = 1 -> \sum_(j < p) F (P j) = p%:R - #|P|%:R.
Proof.
move=> Ft Ff; have -> : \sum_j F (P j) = \sum_(j < p) (1 - (P j)%:R).
  by apply: eq_bigr => j _; case: (P j); rewrite ?Ft ?Ff ?subrr ?subr0.
rewrite sumrB sumr_const card_ord; congr (_ - _).
rewrite -sum1_card natr_sum [RHS]big_mkcond; apply: eq_bigr => j _.
by rewrite unfold_in; case: (P j).
Qed.

(* The DfI that this leaves: p - r for n = p. *)
Theorem rank_deficient_dfi : dfi (U *m E *m V^T) = n%:R - #|P|%:R.
Proof.
rewrite dfi_svd (eq_bigr (fun j => ((P j)%:R ^+ 2 - 1) ^+ 2)) => [|j _]; last by rewrite mxE.
rewrite (@sum_outside (fun b => (b%:R ^+ 2 - 1) ^+ 2)) ?expr1n ?subrr ?expr0n ?sub0r ?sqrrN ?expr1n //.
by rewrite addrC addrA subrK.
Qed.

(* Its squared distance from the completed factor U V^T: p - r. *)
Theorem rank_deficient_distance2 : frob2 (U *m V^T - U *m E *m V^T) = p%:R - #|P|%:R.
Proof.
have -> : U *m V^T = U *m diag_mx (const_mx 1) *m V^T by rewrite diag_const_mx mulmx1.
rewrite distance_svd (eq_bigr (fun j => (1 - (P j)%:R) ^+ 2)) => [|j _]; last by rewrite !mxE.
by rewrite (@sum_outside (fun b => (1 - b%:R) ^+ 2)) ?subrr ?subr0 ?expr0n ?expr1n.
Qed.

End Identity.

(* With gain c the two limits are c sqrt (p - r) apart. *)
Corollary rank_deficient_distance (R : rcfType) m n p (c : R) (U : 'M[R]_(m, p)) (V : 'M[R]_(n, p))
    (P : pred 'I_p) :
  iso U -> iso V -> 0 <= c ->
  frob (c *: (U *m V^T) - c *: (U *m diag_mx (\row_j (P j)%:R) *m V^T))
  = c * Num.sqrt (p%:R - #|P|%:R).
Proof.
move=> UU VV c0; rewrite -scalerBr frobZ ger0_norm //.
by rewrite /frob (rank_deficient_distance2 UU VV).
Qed.

Section Wide.
Variables (R : realDomainType) (m n : nat) (V : 'M[R]_(m, n)).

(* The floor of DfI for a wide V: n - m, *)
Theorem dfi_wide_floor : n%:R - m%:R <= dfi V.
Proof. by rewrite dfi_transpose ler_addr dfi_ge0. Qed.

(* ... reached exactly by the row-isometries V V^T = I. *)
Theorem dfi_wide_floor_reached : dfi V = n%:R - m%:R <-> V *m V^T = 1%:M.
Proof.
rewrite dfi_transpose -[V in V *m _]trmxK -/(iso _) -dfi_eq0.
by split=> [/eqP|->]; rewrite ?add0r // -subr_eq0 addrK => /eqP.
Qed.

End Wide.

Section Rank.
Variables (R : realFieldType) (m n : nat) (X : 'M[R]_(m, n)).

(* The floor of DfI for a matrix of rank r with n columns: n - r (reached: rank_deficient_dfi). *)
Theorem dfi_rank_floor : n%:R - (\rank X)%:R <= dfi X.
Proof.
set k : R := _ - _.
have [B XB Bf] : exists2 B : 'M[R]_(\rank (kermx X^T), n), X *m B^T = 0 & row_free B.
  exists (row_base (kermx X^T)); last exact: row_base_free.
  have /sub_kermxP BX : (row_base (kermx X^T) <= kermx X^T)%MS by rewrite eq_row_base.
  by apply: trmx_inj; rewrite trmx_mul trmxK BX trmx0.
have Bu : B *m B^T \in unitmx.
  rewrite -row_free_unit -kermx_eq0; set K := kermx (B *m B^T); have KB : K *m B = 0.
    by apply/eqP; rewrite -frob2_eq0 frob2_dot dot_mulr -mulmxA mulmx_ker dot0r.
  have /row_freeP[C BC] := Bf.
  by rewrite -[K]mulmx1 -BC mulmxA KB mul0mx.
pose P := B^T *m invmx (B *m B^T) *m B.
have Ps : P^T = P by rewrite /P !trmx_mul trmxK trmx_inv trmx_mul trmxK mulmxA.
have tP : \tr P = k.
  rewrite /P mxtrace_mulC mulmxA mulmxV // mxtrace1 mxrank_ker mxrank_tr.
  by rewrite natrB // rank_leq_col.
have PP : P *m P = P by rewrite /P !mulmxA -(mulmxA _ B B^T) mulmxKV.
have XP : X *m P = 0 by rewrite /P !mulmxA XB !mul0mx.
have fP : frob2 P = k by rewrite /frob2 Ps PP.
have dP : dot (X^T *m X - 1%:M) P = - k.
  by rewrite dotBl dot_mull trmxK XP dot0r sub0r /dot trmx1 mul1mx tP.
have k0 : 0 <= k by rewrite -fP frob2_ge0.
have := cauchy_schwarz (X^T *m X - 1%:M) P; rewrite dP fP sqrrN.
move: k0; rewrite le_eqVlt => /predU1P[<- _|k0]; first exact: dfi_ge0.
by rewrite expr2 ler_pmul2r.
Qed.

End Rank.

(* Dead units survive at full column rank: a zero row of W is a zero row of its polar factor. *)
Theorem dead_unit_survives (R : comUnitRingType) m n (W Q : 'M[R]_(m, n)) (H : 'M[R]_n) (i : 'I_m) :
  W = Q *m H -> H \in unitmx -> row i W = 0 -> row i Q = 0.
Proof. by move=> -> Hu Wi; rewrite -(mulmxK Hu Q) row_mul Wi mul0mx. Qed.

(* Not so without full rank: a completed factor may revive it. *)
Theorem dead_unit_revived (R : realDomainType) :
  exists (W Q : 'M[R]_1) (H : 'M[R]_1),
    [/\ W = Q *m H, H^T = H, psd H, iso Q & row 0 W = 0 /\ row 0 Q != 0].
Proof.
exists 0, 1%:M, 0; split; rewrite ?mulmx0 ?trmx0 //.
- by move=> x; rewrite quad_dot mul0mx dot0r.
- by rewrite /iso trmx1 mulmx1.
split; first by rewrite row0.
by apply/eqP => /matrixP/(_ 0 0)/eqP; rewrite !mxE oner_eq0.
Qed.
