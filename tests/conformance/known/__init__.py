"""Mirrors fire_ref/conformance/known."""
