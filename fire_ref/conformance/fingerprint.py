"""The fingerprint: leakage, response, effective precision, and the set of formulas that explain them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..tolerances import EPS
from .dialect import DIALECTS, Dialect
from .evidence import Evidence
from .fitting import Fit, fits
from .hypotheses import POLYNOMIALS, Formula, declared
from .precision import coarser
from .record import Explanation, Fingerprint, Probe
from .response import ROUNDING, Measured, expected_leakage, precision, probes

#: What implementations usually add to a norm.
USUAL_FLOOR = 1e-7
#: Explanations that a report lists.
MOST = 24


@dataclass(frozen=True)
class Taken:
    """
    The fingerprint with what the diagnosis needs of it.

    Attributes
    ----------
    found : tuple of Measured
        The probes with finite answers.
    calm : tuple of Measured
        Those of them on which no more leaks than rounding explains.
    precision : str
        The dtype that rounding on well-conditioned matrices speaks of; "" if it is not rounding.
    rounding : bool
        What leaks on the probes is rounding, too: the answer is a function of the singular values.
    fits : tuple of Fit
        Best first; one that is not `within` if nothing explains it.
    formula, gain : Formula, str
        What the dialect declares.
    """

    found: tuple[Measured, ...]
    calm: tuple[Measured, ...]
    precision: str
    rounding: bool
    fits: tuple[Fit, ...]
    formula: Formula
    gain: str

    @property
    def explained(self) -> tuple[Fit, ...]:
        """The fits within noise."""
        return tuple(fit for fit in self.fits if fit.within)

    @property
    def leakage(self) -> float | None:
        """The largest."""
        return max((one.leakage for one in self.found), default=None)


def take(evidence: Evidence, gain: str) -> Taken:
    """
    Take the fingerprint of what was seen.

    Parameters
    ----------
    evidence : Evidence
        All of it.
    gain : str
        The declared rule, in the words of `gain.DECLARED`.

    Returns
    -------
    Taken
    """
    found, dialect = probes(evidence), evidence.dialect
    computed, formula = precision(evidence), declared(dialect)
    dtype = coarser(evidence.setup.dtype, computed or None)
    limit = _rounding(found, dialect, dtype) if found and computed else 0.0
    calm = [one for one in found if one.leakage <= limit]
    # Wide ones may go wrong by themselves, and the others still say which formula it is.
    rounding = bool(calm) and all(one.leakage <= limit or one.shape[0] < one.shape[1] for one in found)
    explained: Sequence[Fit] = ()
    if rounding:
        polynomials = dict(POLYNOMIALS)
        if not dialect.exact:
            polynomials[formula.coefficients] = dialect.triples
        explained = fits(calm, EPS[dtype], polynomials, dialect.eps)
        if not explained[0].within:  # with room for what is usually added to the norm
            explained = fits(calm, EPS[dtype], polynomials, USUAL_FLOOR)
    return Taken(tuple(found), tuple(calm), computed, rounding, tuple(explained), formula, gain)


def _rounding(found: Sequence[Measured], dialect: Dialect, dtype: str) -> float:
    """
    Return the leakage that is rounding on probes: what the dialect, or plain Newton-Schulz or Muon, shows there.

    Steeper maps leak more; below sqrt(eps) no wrong matrix was ever seen.
    """
    rivals = (dialect, DIALECTS["official"], DIALECTS["muon"])
    expected = max(expected_leakage(found, rival, dtype) for rival in rivals)
    return max(ROUNDING * expected, float(np.sqrt(EPS[dtype])))


def published(taken: Taken) -> Fingerprint:
    """Return the fingerprint as the report shows it."""
    shown = tuple(
        Explanation(fit.formula.coefficients, fit.formula.steps, fit.formula.normalization, fit.gain, fit.residual)
        for fit in taken.explained[:MOST]
    )
    return Fingerprint(taken.leakage, taken.precision, tuple(_probe(one) for one in taken.found), shown)


def _probe(one: Measured) -> Probe:
    truth, ascending = one.seen.truth, np.argsort(one.s)
    norm = one.norm or 1.0
    told = (truth.response * truth.gains)[0]
    return Probe(
        one.seen.case.id,
        one.shape,
        tuple(map(float, one.s[ascending] / norm)),
        tuple(map(float, one.response[ascending])),
        tuple(map(float, told[ascending])),
    )
