"""Drafting: what a source probably means, what a contract would make of it, and how the contract is changed."""
