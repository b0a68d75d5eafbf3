"""Checkpoints on disk, read without trusting them: every claim of a file is checked against its size first."""

from .opening import open_checkpoint
from .stored import Stored

__all__ = ["Stored", "open_checkpoint"]
