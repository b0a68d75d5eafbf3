"""What FIRE would do to every layer of a network, before anyone does it."""

from .record import Audit
from .survey import audit

__all__ = ["Audit", "audit"]
