"""Access rules: who may ask for what."""
