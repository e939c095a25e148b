"""Hexi: a public-data and public-service node in one package."""

__version__ = "0.1.0"
