"""The engine: the table of operations, the number that records them, and the backward pass."""
