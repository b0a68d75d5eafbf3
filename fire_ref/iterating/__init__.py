"""
Newton-Schulz on the host: NumPy arrays of float32 and float64, in place, in few and large BLAS calls.

The same iterate as the plain steps of `fire_ref.schulz`, in an order of operations that costs less: symmetric products
by one triangle, long matrices by their Gram matrix, many small ones in batches that stay in the cache.
"""
