"""Sources: whatever an office keeps its tables in."""
