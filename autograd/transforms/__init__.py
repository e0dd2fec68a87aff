"""Derivatives of functions, to any order, and what keeps them right."""
