"""
Newton-Schulz at speed. On the host: NumPy arrays of float32 and float64, in place, in few and large BLAS calls. On any
other library: few launches, and the Gram matrix for what is long.

The same iterate as plain steps, in an order of operations that costs less: symmetric products by one triangle, long
matrices by their Gram matrix, many small ones in batches that stay in the cache.
"""
