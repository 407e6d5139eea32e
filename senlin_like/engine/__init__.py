"""The workers: they claim actions, carry them out and let go of them."""
