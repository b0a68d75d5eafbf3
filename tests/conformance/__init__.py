"""Tests of the verification of other implementations."""
