"""Runs: work that takes time, its progress and its queue."""
