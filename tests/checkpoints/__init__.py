"""Mirrors fire_ref/checkpoints: files whole, broken and hostile."""
