"""The exact polar factors of many small matrices in one stack: a loop, where a library has no batched SVD."""

from __future__ import annotations

import numpy as np

from ..catalogue import Data
from .cases import Many, Plan
from .device import Device
from .rivals import batched, ours
from .timing import in_turn, ratios, spread


def compare(device: Device, case: Many, plan: Plan) -> Data:
    """
    Time everybody who takes a stack.

    Parameters
    ----------
    device : Device
        Where.
    case : Many
        How many Gaussian matrices, of which side and dtype.
    plan : Plan
        How often.

    Returns
    -------
    dict
        The case; "reference"; "seconds" of each; "ratios", the reference's time over theirs.
    """
    stack = np.random.default_rng(case.side).standard_normal((case.matrices, case.side, case.side)).astype(case.dtype)
    makers = batched(device)
    against = next(iter(makers))
    calls = {name: make(device, stack) for name, make in (ours() | makers).items()}
    times = in_turn(calls, device.work, plan.pace._replace(rounds=plan.rivals, few=1, long=plan.pace.long / 4))
    return {
        **case._asdict(),
        "reference": against,
        "seconds": {name: spread(values) for name, values in times.items()},
        "ratios": {name: ratios(times, against, name) for name in calls if name != against},
    }
