"""One order carried out, here or by a worker somewhere else."""

from __future__ import annotations

from . import archives, arithmetic, computing, copying, sealing
from .orders import Fill, Make, Order, Outcome, Seal


def perform(function: str, order: Order) -> Outcome:
    """
    Do what an order says, with one BLAS thread.

    Parameters
    ----------
    function : str
        Who asks.
    order : Order
        Of any kind.

    Returns
    -------
    Outcome

    Raises
    ------
    TypeError
        No kind of order that is known.
    """
    match order:
        case Fill():
            copying.fill(function, order)
            return Outcome()
        case Make():
            arithmetic.require(function, order.kernel)
            with arithmetic.one_thread():
                return computing.make(function, order)
        case Seal():
            if order.archive is not None:
                archives.assemble(function, order)
            size, digest = sealing.settle(function, order.part)
            return Outcome(size=size, digest=digest)
    raise TypeError(f"{function}: no such order: {type(order).__name__}")
