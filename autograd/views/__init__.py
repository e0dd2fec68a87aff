"""Seeing it: derivations, drawings, and one recorded walk shown in a terminal, a notebook and a live page."""
