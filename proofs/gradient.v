(* The cubic Newton-Schulz step is a gradient step. The deviation from isometry dfi X = ||X^T X - 1||_F^2
   is a polynomial of degree 4; its expansion along X + t E is exact, the linear term gives the gradient
   4 X (X^T X - 1), and the un-normalised step is X minus 1/8 of it. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From fire Require Import frobenius scalar iteration.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition dfi_grad {R : ringType} {m n} (X : 'M[R]_(m, n)) : 'M[R]_(m, n) :=
  4%:R *: (X *m (X^T *m X - 1%:M)).

Section Expansion.
Variable R : comRingType.
Variables (m n : nat).
Implicit Types X E : 'M[R]_(m, n).

Lemma gram_shift X E (t : R) : (X + t *: E)^T *m (X + t *: E) - 1%:M =
  (X^T *m X - 1%:M) + t *: (X^T *m E + E^T *m X) + t ^+ 2 *: (E^T *m E).
Proof.
rewrite [_^T]linearD /= [(t *: E)^T]linearZ /= mulmxDl !mulmxDr.
rewrite -!scalemxAl -!scalemxAr scalerA -expr2 scalerDr.
by rewrite -!addrA; congr (_ + _); rewrite [RHS]addrC -!addrA.
Qed.

Lemma dot_gram X E (G : 'M[R]_n) : G^T = G -> dot G (X^T *m E + E^T *m X) = 2%:R * dot (X *m G) E.
Proof.
move=> GG; rewrite dotDr -{2}GG -(dot_tr G^T) trmxK trmx_mul trmxK -dot_mull mulr_natl mulr2n.
by [].
Qed.

(* The exact expansion of the deviation from isometry along any direction E. *)
Theorem dfi_expansion X E (t : R) :
  dfi (X + t *: E) = dfi X + t * dot (dfi_grad X) E
    + t ^+ 2 * (frob2 (X^T *m E + E^T *m X) + 2%:R * dot (X^T *m X - 1%:M) (E^T *m E))
    + t ^+ 3 * (2%:R * dot (X^T *m E + E^T *m X) (E^T *m E)) + t ^+ 4 * frob2 (E^T *m E).
Proof.
have sym : (X^T *m X - 1%:M)^T = X^T *m X - 1%:M by rewrite raddfB /= trmx_mul trmxK trmx1.
rewrite /dfi /dfi_grad gram_shift dotZl.
set G := X^T *m X - 1%:M in sym *; set S := X^T *m E + _; set T := E^T *m E.
have GS : dot G S = 2%:R * dot (X *m G) E by apply: dot_gram.
move: GS; move: G S T sym => G S T _ GS.
rewrite !frob2D !frob2Z !dotDl !dotZl !dotZr GS.
by move: (dot (X *m G) E) (dot G T) (dot S T) (frob2 G) (frob2 S) (frob2 T) => *; ring.
Qed.

End Expansion.

Section Step.
Variable R : realFieldType.

(* One un-normalised Newton-Schulz step is one gradient step of length 1/8 on the deviation from isometry. *)
Theorem ns_gradient_step m n (X : 'M[R]_(m, n)) : ns X = X - 8%:R^-1 *: dfi_grad X.
Proof.
rewrite /ns /cube /dfi_grad mulmxBr mulmx1 mulmxA; move: (X *m X^T *m X) => C.
by apply/matrixP => i j; rewrite !mxE; move: (X i j) (C i j) => x c; field.
Qed.

(* The gradient vanishes at every isometry. *)
Theorem dfi_grad_iso m n (X : 'M[R]_(m, n)) : iso X -> dfi_grad X = 0.
Proof. by rewrite /dfi_grad => ->; rewrite subrr mulmx0 scaler0. Qed.

(* A step changes nothing exactly where the gradient vanishes. *)
Theorem ns_fixed_grad m n (X : 'M[R]_(m, n)) : ns X = X <-> dfi_grad X = 0.
Proof.
rewrite ns_gradient_step; split=> [/eqP|->]; last by rewrite scaler0 subr0.
rewrite -subr_eq0 addrC addKr oppr_eq0 scaler_eq0 invr_eq0 pnatr_eq0 /=.
by move/eqP.
Qed.

End Step.
