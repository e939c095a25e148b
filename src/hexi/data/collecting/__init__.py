"""Brings the rows of other systems to a run, as files that the engines read like any other."""
