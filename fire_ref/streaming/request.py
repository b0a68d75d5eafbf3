"""What the caller of a rewriting asks for, as it was asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """
    The caller's wishes.

    Attributes
    ----------
    checkpoint, out : str
        From and to.
    recipe : str
        A name, "auto", or a TOML file.
    method, steps : str, int or None
        In place of what the rules say.
    initial, layout : str or None
        As in `reinitialize`.
    device : {"cpu", "cuda"}
        Where to compute.
    workers : int or None
        Processes of a cluster on this machine.
    scheduler : str or None
        Address of a running cluster.
    mixed : bool
        Whether workers may differ in their arithmetic.
    restart, overwrite : bool
        Whether an interrupted run is discarded; whether what is in the way is replaced.
    """

    checkpoint: str
    out: str
    recipe: str
    method: str | None = None
    steps: int | None = None
    initial: str | None = None
    layout: str | None = None
    device: str = "cpu"
    workers: int | None = None
    scheduler: str | None = None
    mixed: bool = False
    restart: bool = False
    overwrite: bool = False

    @property
    def distributed(self) -> bool:
        """Whether a cluster does the work."""
        return self.workers is not None or self.scheduler is not None
