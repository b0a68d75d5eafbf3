"""Theory as properties, one file per subject; every property kills the mutants named beside it."""
