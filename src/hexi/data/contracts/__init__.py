"""Contracts: what a publisher promises about a dataset, and the words it is promised in."""
