"""The profile type ``os.heat.stack``: nodes that are stacks."""
