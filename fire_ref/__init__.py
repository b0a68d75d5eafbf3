"""
fire_ref: the reference oracle for FIRE (Frobenius-Isometry Reinitialization, arXiv 2602.08040).

Replace each weight matrix by the nearest matrix with orthonormal columns, times a gain: exactly, by k steps of
Newton-Schulz, or part of the way along the exact stability-plasticity front; on any array library.
"""

from . import testing as testing
from . import theory as theory
from .arrays import backend
from .audits import Audit, audit
from .certificates import Certificate, certify
from .coefficients import COEFFICIENTS
from .conformance.dialect import DIALECTS, Dialect
from .conformance.record import Diagnosis, Result, Verdict
from .conformance.report import Report
from .conformance.states.verification import verify_state
from .conformance.verification import verify
from .errors import BackendError, MissingExtraError
from .measures import dfi, sfe
from .models import RECIPES, Recipe, ReinitReport, Row, Rule, Split, reinitialize, reset_optimizer
from .polar import PolarDecomposition, polar_decomposition, polar_factor
from .prediction import Prediction, predict, steps_needed
from .reinit import fire
from .response import spectral_response
from .schulz import newton_schulz, newton_schulz_iterates
from .tradeoff import Excess, Front, excess, front, relax

__version__ = "0.1.0"

__all__ = [
    "COEFFICIENTS",
    "DIALECTS",
    "RECIPES",
    "Audit",
    "BackendError",
    "Certificate",
    "Diagnosis",
    "Dialect",
    "Excess",
    "Front",
    "MissingExtraError",
    "PolarDecomposition",
    "Prediction",
    "Recipe",
    "ReinitReport",
    "Report",
    "Result",
    "Row",
    "Rule",
    "Split",
    "Verdict",
    "audit",
    "backend",
    "certify",
    "dfi",
    "excess",
    "fire",
    "front",
    "newton_schulz",
    "newton_schulz_iterates",
    "polar_decomposition",
    "polar_factor",
    "predict",
    "reinitialize",
    "relax",
    "reset_optimizer",
    "sfe",
    "spectral_response",
    "steps_needed",
    "verify",
    "verify_state",
]
