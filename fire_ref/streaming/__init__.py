"""
Checkpoints of any size reinitialised from file to file: tensor by tensor, over a journal, in one process or in many.

The bytes of a header are those of the input, and tensors lie where they lay; only what a recipe takes is computed.
"""
