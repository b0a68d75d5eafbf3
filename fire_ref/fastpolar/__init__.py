"""
The fast exact factor on the host: rational and polynomial iterations on measured bounds, LAPACK's SVD where they end.

A witness of its own: it shares no step with the k-step iteration, whose polynomials are fixed, nor with the plain SVD
where it need not fall back.
"""
