"""Mirrors fire_ref/chunked."""
