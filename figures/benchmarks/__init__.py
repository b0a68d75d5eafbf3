"""What Table 1 is made of: clocks, memory, inputs, the official formulation, the others, and the tables."""
