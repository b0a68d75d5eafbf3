"""
The fast exact factor. On the host: iterations chosen by measured bounds, LAPACK's SVD where they end. On a device:
scaled polynomial steps for all matrices at once, the SVD for the few that need it.

A witness of its own: it shares no step with the k-step iteration, whose polynomials are fixed, nor with the plain SVD
where it need not fall back.
"""
