"""Places: a dated tree of divisions with ids of our own, and codes by scheme and time."""
