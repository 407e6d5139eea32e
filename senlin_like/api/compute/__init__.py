"""Nova's manner of the API: what clients of its host aggregates need of it."""
