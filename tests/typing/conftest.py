"""The files here are read by type checkers (see tests/test_types.py), never run: the misuses would raise."""

collect_ignore_glob = ["*.py"]
