"""Events: the append-only Merkle log."""
