"""Rules of the house that a reader could forget: imports, mirrors, names, README, claims."""
