"""
Dask: FIRE's measures, Newton-Schulz and the exact polar factor for a 2-D array larger than memory.

The array is cut along its long side. One pass reads every block once, reduces it to a p x p matrix (p the short
side) and puts these together in a tree; the matrix itself is never held. For the measures and Newton-Schulz the p x p
matrix is the block's Gram matrix, for the polar factor the R of its QR factorisation.
"""
