"""Recorded programs beside their peers: what an engine that records once and replays is measured against."""
