"""Figures and the networks they show. `fire_ref` never imports this package."""
