"""The lake: Delta tables on storage, their versions, and reading them against a permit."""
