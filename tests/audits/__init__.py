"""Mirrors fire_ref/audits."""
