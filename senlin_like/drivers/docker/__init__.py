"""The driver of Docker: containers on an engine of its own, or on hosts."""
