"""Sources: whatever an office keeps its tables in, opened as a frame of raw text."""
