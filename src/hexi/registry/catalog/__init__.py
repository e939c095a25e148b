"""The catalogue: every dataset, its versions, their certificates."""
