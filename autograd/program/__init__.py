"""Computations recorded once and replayed: as plain Python, or as machine code, over one point or many."""
