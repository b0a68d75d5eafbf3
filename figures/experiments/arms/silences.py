"""The times between the firings of hidden units, and who is silent for longer than its own past explains."""

from __future__ import annotations

from math import ceil
from typing import Any


class Silences:
    """
    The histories of a layer's units, in bounded memory.

    Attributes
    ----------
    silent : tensor of int64, shape (units,)
        Updates since each fired.
    """

    def __init__(self, count: int, quantile: float, longest: int, device: Any) -> None:
        """
        Begin with units that have no past.

        Parameters
        ----------
        count : int
            Units.
        quantile : float
            Less than 1.
        longest : int
            Updates; longer times count as this.
        device : torch.device
            Of the histograms.
        """
        import torch

        self._quantile, self._longest = quantile, longest
        # Fewer times than this do not reach beyond their quantile. A rounded .99 is none of a hundredth too many.
        self._fewest = ceil(1 / (1 - quantile) - 1e-9)
        self._histogram = torch.zeros((count, longest + 1), dtype=torch.int64, device=device)
        self.silent = torch.zeros(count, dtype=torch.int64, device=device)

    def observed(self, active: Any) -> None:
        """
        Count an update.

        Parameters
        ----------
        active : tensor of bool, shape (units,)
            Who fired in it.
        """
        self.silent += 1
        who = active.nonzero().flatten()
        self._histogram[who, self.silent[who].clamp_max(self._longest)] += 1
        self.silent[who] = 0

    def thresholds(self) -> Any:
        """
        Return the longest silence that each unit is left alone for.

        Returns
        -------
        tensor of int64, shape (units,)
        """
        times = self._histogram.cumsum(dim=1)
        reached = times >= self._quantile * times[:, -1:]
        own = reached.int().argmax(dim=1)
        return own.where(times[:, -1] >= self._fewest, own.new_tensor(self._longest))

    def overdue(self) -> Any:
        """
        Return the units that are silent for too long.

        Returns
        -------
        tensor of int64, shape (count,)
            By number.
        """
        return (self.silent > self.thresholds()).nonzero().flatten()

    def forget(self, who: Any) -> None:
        """
        Begin the history of units that are new.

        Parameters
        ----------
        who : tensor of int64, shape (count,)
            By number.
        """
        self._histogram[who] = 0
        self.silent[who] = 0
