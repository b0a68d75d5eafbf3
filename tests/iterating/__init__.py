"""Mirrors fire_ref/iterating."""
