"""
Dask: FIRE's measures and Newton-Schulz for a 2-D array larger than memory, by its Gram matrix.

The array is cut along its long side. One pass reads every block once, reduces it to a p x p matrix (p the short
side) and adds these up in a tree; the matrix itself is never held.
"""
