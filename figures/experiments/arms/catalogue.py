"""The arms by name, in the order of the pictures, and which of them a figure has."""

from __future__ import annotations

from collections.abc import Mapping

from . import (
    cbp,
    dash,
    fire,
    front,
    full_reset,
    isotropy,
    l2_init,
    muon,
    norm,
    parseval,
    random_isometry,
    redo,
    shrink_perturb,
    snr,
)
from .arm import Arm

ARMS: Mapping[str, Arm] = {
    "base": Arm("base", "nothing"),
    "full-reset": Arm("full reset", "the initial network again", full_reset.change),
    "sp-0.2": Arm("S&P .2", "one fifth initial parameters", shrink_perturb.share(0.2)),
    "sp-0.5": Arm("S&P .5", "half initial, half trained parameters", shrink_perturb.share(0.5)),
    "sp-0.8": Arm("S&P .8", "four fifths initial parameters", shrink_perturb.share(0.8)),
    "dash": Arm("DASH", "every weight vector shrunk that the new data do not want larger", dash.shrinking()),
    "l2-init": Arm("L2 init", "a penalty on the distance from the initial network", penalty=l2_init.penalty),
    "parseval": Arm("Parseval", "a penalty on rows that are not orthonormal", penalty=parseval.penalty),
    "redo": Arm("ReDo", "dormant units recycled while it trains", companion=redo.recycling()),
    "cbp": Arm("CBP", "the least useful units replaced while it trains", companion=cbp.replacing()),
    "snr": Arm("SNR", "units reset that are silent for longer than they were", companion=snr.resetting()),
    "muon": Arm("Muon", "hidden matrices trained by orthogonalised momentum", optimizer=muon.optimizer),
    "fire-0": Arm("FIRE k = 0", "every matrix over its norm, with FIRE's gain", fire.steps(0)),
    "fire-1": Arm("FIRE k = 1", "one Newton-Schulz step", fire.steps(1)),
    "fire-2": Arm("FIRE k = 2", "two Newton-Schulz steps", fire.steps(2)),
    "fire-3": Arm("FIRE k = 3", "three Newton-Schulz steps", fire.steps(3)),
    "fire-5": Arm("FIRE k = 5", "five Newton-Schulz steps", fire.steps(5)),
    "fire-5-rescaled": Arm("FIRE k = 5, rescaled", "five steps, at the norm of exact FIRE", fire.rescaled(5)),
    "fire-10": Arm("FIRE k = 10", "ten Newton-Schulz steps", fire.steps(10)),
    "fire-20": Arm("FIRE k = 20", "twenty Newton-Schulz steps", fire.steps(20)),
    "fire-exact": Arm("FIRE exact", "the nearest isometry", fire.exact),
    "fire-muon-5": Arm("Muon's k = 5", "five steps with Muon's coefficients", fire.muon_steps(5)),
    "fire-muon-10": Arm("Muon's k = 10", "ten steps with Muon's coefficients", fire.muon_steps(10)),
    "front": Arm("front, middle", "the cube root of every s/c: half way on the exact front", front.change),
    "norm": Arm("norm", "the norm of exact FIRE, the spectrum kept", norm.change),
    "iso": Arm("iso", "the nearest isometry, the norm kept", isotropy.change),
    "ortho": Arm("ortho", "a random isometry with FIRE's gain", random_isometry.change),
}

#: Those of figure F.
MLP_ARMS: tuple[str, ...] = (
    "base",
    "full-reset",
    "sp-0.5",
    "sp-0.8",
    "l2-init",
    "fire-5",
    "fire-10",
    "fire-exact",
    "front",
    "norm",
    "iso",
    "ortho",
)
