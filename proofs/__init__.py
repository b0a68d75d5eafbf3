"""Machine-checked proofs of what `fire_ref` relies on, and how they are checked. `fire_ref` never imports this."""
