"""The door: the only way by which a row leaves the lake."""
