"""What decides the last bit of a product: the BLAS build, its kernel for this processor, one thread."""

from __future__ import annotations

import hashlib
import json
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np

from .. import __version__
from ..errors import BackendError, sentence

THREADS = 1
_TURN = threading.RLock()


@lru_cache
def arithmetic() -> dict[str, str]:
    """
    Describe the arithmetic of this process.

    Returns
    -------
    dict of str to str
        Versions, the BLAS libraries of NumPy and SciPy with their kernels, the vector instructions that NumPy uses.
    """
    import scipy
    from scipy.linalg import blas as _loaded  # noqa: F401 # only what is loaded is listed
    from threadpoolctl import threadpool_info

    builds = sorted(
        " ".join(str(one.get(key) or "?") for key in ("internal_api", "version", "architecture"))
        for one in threadpool_info()
        if one["user_api"] == "blas" and "torch" not in Path(one["filepath"]).parts
    )
    vectors = np.show_config(mode="dicts").get("SIMD Extensions", {})
    return {
        "fire_ref": __version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "blas": "; ".join(builds),
        "vectors": " ".join(vectors.get("found", [])),
        "machine": platform.machine(),
    }


def digest(described: dict[str, str]) -> str:
    """
    Return a short name of an arithmetic.

    Parameters
    ----------
    described : dict
        From `arithmetic`.

    Returns
    -------
    str
    """
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def require(function: str, wanted: str | None) -> None:
    """
    Refuse to compute with another arithmetic than was agreed on.

    Parameters
    ----------
    function : str
        Who asks.
    wanted : str or None
        From `digest`; None for any.

    Raises
    ------
    ValueError
        This process has another.
    """
    if wanted is not None and digest(arithmetic()) != wanted:
        got = f"{platform.node()} with {arithmetic()['blas']}"
        rule = "have one BLAS build and CPU kernel, or the bits differ"
        raise ValueError(sentence(function, "all workers", rule, got, "--mixed, or workers of one kind"))


@contextmanager
def one_thread() -> Iterator[None]:
    """
    Compute with one BLAS thread while the block runs: more of them add in another order.

    The limit is the process's, so that threads of a worker that has several take turns; as memory does, too.

    Yields
    ------
    None

    Raises
    ------
    BackendError
        Another thread of this process holds a limit of its own, and this one's was not taken.
    """
    from scipy.linalg import blas as _loaded  # noqa: F401 # what is loaded later is not limited
    from threadpoolctl import threadpool_info, threadpool_limits

    with _TURN, threadpool_limits(limits=THREADS, user_api="blas"):
        if any(one["num_threads"] > THREADS for one in threadpool_info() if one["user_api"] == "blas"):
            raise BackendError(
                "fire-ref reinit: one BLAS thread was asked for and not given: "
                "another thread of this process holds a limit. Try workers that do nothing else."
            )
        yield
