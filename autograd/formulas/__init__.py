"""The rows of the table written down: as text, LaTeX and code."""
