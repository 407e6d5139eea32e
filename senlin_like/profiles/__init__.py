"""Profile types: what a node is made of."""
