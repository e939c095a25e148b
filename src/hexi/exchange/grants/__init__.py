"""Grants: who may use which rows, for what, until when."""
