"""Targets that break the process on square matrices; loaded by name, in a child."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def _ns(W: Array) -> Array:
    X = W / np.linalg.norm(W)
    for _ in range(10):
        X = X @ (1.5 * np.eye(X.shape[1], dtype=X.dtype) - 0.5 * (X.T @ X))
    return X.astype(W.dtype)


def hangs_on_square(W: Array) -> Array:
    while W.shape == (31, 33):
        time.sleep(1)
    return _ns(W)


def dies_on_square(W: Array) -> Array:
    if W.shape == (31, 33):
        os.kill(os.getpid(), signal.SIGKILL)
    return _ns(W)


def leaves_on_square(W: Array) -> Array:
    if W.shape == (31, 33):
        os._exit(3)
    return _ns(W)
