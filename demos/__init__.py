"""The worked examples of the five documents, and a few of our own: `autograd-demos`."""
