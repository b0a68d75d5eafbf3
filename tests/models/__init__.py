"""Mirrors fire_ref/tradeoff."""
