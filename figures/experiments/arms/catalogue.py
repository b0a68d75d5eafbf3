"""The arms by name, in the order of the pictures."""

from __future__ import annotations

from collections.abc import Mapping

from . import fire, front, full_reset, isotropy, l2_init, norm, random_isometry, shrink_perturb
from .arm import Arm

ARMS: Mapping[str, Arm] = {
    "base": Arm("base", "nothing"),
    "full-reset": Arm("full reset", "the initial network again", full_reset.change),
    "sp-0.5": Arm("S&P .5", "half initial, half trained parameters", shrink_perturb.share(0.5)),
    "sp-0.8": Arm("S&P .8", "four fifths initial parameters", shrink_perturb.share(0.8)),
    "l2-init": Arm("L2 init", "a penalty on the distance from the initial network", penalty=l2_init.penalty),
    "fire-5": Arm("FIRE k = 5", "five Newton-Schulz steps", fire.steps(5)),
    "fire-10": Arm("FIRE k = 10", "ten Newton-Schulz steps", fire.steps(10)),
    "fire-exact": Arm("FIRE exact", "the nearest isometry", fire.exact),
    "front": Arm("front, middle", "the cube root of every s/c: half way on the exact front", front.change),
    "norm": Arm("norm", "the norm of exact FIRE, the spectrum kept", norm.change),
    "iso": Arm("iso", "the nearest isometry, the norm kept", isotropy.change),
    "ortho": Arm("ortho", "a random isometry with FIRE's gain", random_isometry.change),
}
