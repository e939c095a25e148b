"""Engines: the only place where a dataframe or query engine is imported."""
