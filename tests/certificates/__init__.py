"""Mirrors fire_ref/certificates."""
