"""What may be asked of the service: one function is one transaction."""
