"""Accounts: who may do what on this node."""
