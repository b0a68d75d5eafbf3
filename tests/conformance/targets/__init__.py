"""Mirrors fire_ref/conformance/targets: what is not trusted, called by name and in this process."""
