"""Every code: what it means, what to do about it, and where it has been seen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Code(NamedTuple):
    """An explanation, a hint, and public places where this mistake was made or reported."""

    explanation: str
    hint: str
    reference: str = ""


#: Code -> its text.
CODES: Mapping[str, Code] = MappingProxyType(
    {
        # what the call does
        "RAISED": Code(
            "The target raised an exception on an ordinary input.", "Does it take these arrays (--arrays, arrays=)?"
        ),
        "EXITED": Code("The target ended the process.", "Raise an exception instead."),
        "HUNG": Code("The target did not return in time.", "Bound its loop; or give --timeout more seconds."),
        "CRASHED": Code("The process died in the target.", "Run that case by itself, under a debugger."),
        "TYPE_CHANGED": Code(
            "The answer is no array of the library given.",
            "Return one array. An item of a tuple: --result, result=. The edited argument: --in-place, in_place=True.",
        ),
        "SHAPE_CHANGED": Code("The answer has another shape than the input.", "Return the input's shape."),
        "DTYPE_CHANGED": Code("The answer has another dtype than the input.", "Cast the answer back."),
        "DEVICE_CHANGED": Code("The answer lies on another device.", "Create every array on the input's device."),
        "INPUT_MUTATED": Code(
            "The argument was written to.",
            "Copy before the first in-place operation: a cast to the dtype it already has does not copy.",
            "pytorch PR#194664, KellerJordan/Muon (lerp_)",
        ),
        "OUTPUT_ALIASED": Code("A later call changed an earlier answer.", "Do not return a buffer that is used again."),
        "NONDETERMINISTIC": Code(
            "The same input gives different answers.", "Seed the power iteration; round to nearest.", "cppmega_mlx"
        ),
        "PRINTED": Code("The target prints.", "Log instead."),
        "STATE_CHANGED": Code("The target changed global state of the process.", "Restore what is changed."),
        "NON_WEIGHT_CHANGED": Code("A parameter other than the weight was changed.", "Leave biases and buffers alone."),
        # which formula
        "NOOP": Code(
            "The weight comes back as it was, or only multiplied.",
            "See that the result is written back to the weight.",
            "DeepSpeed#8441, a Rust port that drops the result, weight_norm modules",
        ),
        "WRONG_GAIN": Code(
            "The right matrix times a wrong factor.",
            "Compare the factor with the dialect's; at level matrix there is none.",
            "optax#1249, optax#1435, Emerging-Optimizers#80, NorMuon#9",
        ),
        "LAYOUT_IN_OUT": Code(
            "The factor is that of the transposed layout.",
            "Flax kernels, Keras and Conv1D are (in, out): take the gain from the axes by name.",
            "Flax kernels, Hugging Face Conv1D",
        ),
        "GAIN_FROM_KERNEL_DIMS": Code(
            "The factor of a kernel is computed from its spatial axes.",
            "shape[-2] and shape[-1] of a 4-D weight are kh and kw.",
            "ultralytics#25846, timm#2791, KellerJordan/Muon",
        ),
        "GAIN_KERNEL_SIDE": Code("The factor divides by the kernel's side.", "Divide by its area, kh * kw."),
        "MISSING_KERNEL_AREA": Code("The factor of a kernel lacks 1/(kh * kw).", "Divide by the kernel's area."),
        "COEFFICIENT_TYPO": Code(
            "The coefficients are not the declared ones.",
            "Compare them digit by digit with the publication.",
            "Emerging-Optimizers#73, #90, #96",
        ),
        "WRONG_STEPS": Code("The number of steps is not as declared.", "Look for an off-by-one or a second call."),
        "STEPS_IGNORED": Code(
            "The parameter for the number of steps has no effect.",
            "Pass it on in every branch.",
            "the official language code, conv branch",
        ),
        "UNDER_ITERATED": Code(
            "So few steps leave small singular values away from 1.",
            "Take more steps, or the exact factor.",
            "the official k = 5 at d = 768",
        ),
        "NO_NORMALISATION": Code(
            "W is not divided by its norm before the first step.", "Divide by the Frobenius norm.", "a tutorial"
        ),
        "NORMALISATION_KIND": Code(
            "W is divided by another norm than the declared one.", "Divide by the declared norm.", "a nanochat fork"
        ),
        "GRAM_INVERSE": Code(
            "W G^-1 instead of W G^-1/2: singular values become 1/s.", "Take the inverse square root."
        ),
        "CONDITION_SQUARED": Code(
            "Accuracy is lost with the condition of W, twice as fast as it must be.",
            "Do not form W^T W, or do it in a wider dtype.",
        ),
        "DTYPE_DOWNCAST": Code(
            "It computes in a less precise dtype than that of the input.",
            "Do not cast; on accelerators, ask for full precision of matrix products.",
            "Muon in bfloat16, TF32, JAX on TPU",
        ),
        # which matrix
        "TRANSPOSE_MISSING": Code(
            "Wide matrices are not handled as the transpose of tall ones.",
            "Transpose before and after, or take the Gram of the short side.",
            "the first version of a popular port",
        ),
        "WRONG_FACTOR_QR": Code(
            "Q of a QR decomposition: an isometry, but not the nearest.", "Take the polar factor.", "torch orthogonal"
        ),
        "WRONG_FACTOR_V": Code(
            "U V instead of U V^T: an isometry, but not the nearest.", "svd returns V^T in most libraries.", "heavyball"
        ),
        "WRONG_FACTOR": Code("An isometry, but not the nearest.", "Take the polar factor."),
        "ROWS_RESCALED": Code(
            "Rows or columns are rescaled one by one before the iteration.",
            "Divide the whole matrix by one number.",
            "flash-newton-schulz (AOL on the wrong axis)",
        ),
        "SIGN_FLIPPED": Code("The smallest singular direction is reflected.", "Drop the sign correction."),
        "DET_FORCED": Code(
            "The determinant is forced to be positive.", "The nearest isometry may be a reflection.", "geoopt#230"
        ),
        "SHARD_LOCAL": Code(
            "Blocks of the matrix are treated one by one.",
            "Gather the shards before, or declare the blocks.",
            "DeepSpeed#8437, Megatron-LM#5961, Moonlight#17",
        ),
        "QKV_BOUNDARY": Code(
            "The matrix is cut into blocks of rows that nobody declared.",
            "Cut only where the weight is known to be fused.",
            "Megatron-LM#4731, PR#6326",
        ),
        # stacks and kernels
        "BATCH_COLLAPSED": Code("A stack is treated as one large matrix.", "Keep leading axes as a batch.", "dion#119"),
        "BATCH_MIXED": Code(
            "Matrices of a stack (or taps of a kernel) influence each other.",
            "Take the norm over the last two axes only, with keepdims.",
        ),
        "CONV_FLATTENED": Code(
            "A kernel is treated as one matrix of out x (in kh kw).", "Treat every tap by itself.", "Muon; geotorch#10"
        ),
        "CONV_KERNEL_AXES": Code(
            "The matrices are taken from the wrong axes of the kernel.", "Rows are outputs, columns inputs of one tap."
        ),
        "SKIPPED_SILENTLY": Code(
            "Weights of some shapes come back unchanged, without a word.", "Raise, or treat them.", "HF Conv1D, Conv1d"
        ),
        # whole networks
        "WRONG_TARGETS": Code(
            "A tensor was changed, or added or lost, that the recipe leaves.",
            "Take what the recipe takes: embeddings and heads are 2-D as well.",
            "DeepSpeed PR#7641 (embed, lm_head), ports that take every 2-D tensor",
        ),
        "TIED_SPLIT": Code(
            "Names of one tensor hold different values now.",
            "Reinitialise a tied tensor once, and give the result to all of its names.",
            "Megatron-LM#4641",
        ),
        "TIED_TWICE": Code(
            "A tied tensor was reinitialised once under each name.",
            "Go through tensors, not through names.",
            "embeddings reached by lm_head",
        ),
        "FUSED_QKV_WHOLE": Code(
            "A fused matrix was treated as one; its blocks are weights of their own.",
            "Cut it before, as the recipe says.",
            "xtuner#2030, Moonlight#42, Megatron-LM PR#1428",
        ),
        "WRONG_RESET": Code(
            "A tensor that goes back to its initial values has others.", "Take them from the network as it began."
        ),
        "WRONG_COPY": Code(
            "A tensor that should be a copy of another one is none.",
            "Copy after the projection, and do not project twice.",
        ),
        "NOT_COPIED": Code(
            "A tensor keeps its values while the rest of its network is copied from another one.",
            "The official code does so; copy it, too, if both networks should be equal.",
            "the official DQN code, the target network's convolution biases",
        ),
        "STALE_OPTIMIZER": Code(
            "The optimiser still has momenta of weights that are no more.",
            "Reset its state of the changed tensors: fire_ref.reset_optimizer.",
            "a practitioner's review of FIRE; pytorch#37410",
        ),
        "STALE_BATCHNORM": Code(
            "Running statistics were gathered with weights that are no more.",
            "Reset them, or gather them anew before evaluation.",
            "keras-swa#1",
        ),
        # at the edges
        "NONFINITE": Code("Finite numbers became NaN or inf.", "Look for an overflow of the norm, or a zero matrix."),
        "ZEROED": Code("A weight became zero.", "Look for a result that was never written."),
        "EPS_FLOOR": Code(
            "A constant added to the norm (or a floor under it) shrinks small matrices.",
            "Scale by the largest entry first, or take eps = 0.",
            "Emerging-Optimizers#229; torch, optax, mlx, keras",
        ),
        "OVERFLOW": Code(
            "The sum of squares leaves the dtype's range.", "Scale by the largest entry first.", "fp16 Muon"
        ),
        "ZERO_NAN": Code("A zero matrix, or a zero tap, becomes NaN.", "Return zero.", "official FIRE; dion PR#24"),
        "RANK_POLICY": Code("What becomes of the null space of a rank-deficient matrix.", "Document it.", "gam#1359"),
        "NONFINITE_ACCEPTED": Code(
            "NaN or inf in the input is not refused.",
            "Check, and name the first bad index.",
            "GaLore#26, pytorch#28293",
        ),
        "PADDING_LEAK": Code(
            "Only odd sizes or strided views go wrong.", "Mask what pads a tile.", "tile-aligned kernels"
        ),
        "UNEXPLAINED": Code(
            "Another map than the declared one, and none of the known mistakes.",
            "Compare what it does to singular values with the dialect.",
        ),
    }
)
