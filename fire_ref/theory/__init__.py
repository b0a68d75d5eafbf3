"""
What the paper's four theorems say of given weights: bound, truth, slack, and whether the hypotheses hold.

Each function states the theorem of arXiv 2602.08040 in the corrected form that `proofs/` proves by machine.
"""

from .activity import Activity, neuron_activity
from .drift import feature_drift
from .feature_rank import effective_rank
from .hessian import curvature
from .record import Hypothesis, TheoremCheck
from .standing import Standing, standing

__all__ = [
    "Activity",
    "Hypothesis",
    "Standing",
    "TheoremCheck",
    "curvature",
    "effective_rank",
    "feature_drift",
    "neuron_activity",
    "standing",
]
