"""Verifying other implementations: dialects, cases, checks, the fingerprint, the diagnosis, reports."""
