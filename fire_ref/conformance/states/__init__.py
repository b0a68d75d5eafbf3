"""Two checkpoints, before and after: what became of every tensor, and what went wrong, by name."""
