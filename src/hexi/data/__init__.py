"""The data floor: from a messy source to a certified table. Runs without Django."""
