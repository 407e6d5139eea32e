"""The simulated cloud behind the driver Protocols: a thin adapter."""
