"""Neural networks out of Values."""
