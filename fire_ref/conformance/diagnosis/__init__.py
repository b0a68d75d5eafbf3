"""From what was seen to mistakes with names: one module for each kind of evidence."""
