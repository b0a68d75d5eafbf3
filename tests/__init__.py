"""Tests of fire_ref: one file per module, properties with their mutants, an exact rational oracle, house rules."""
