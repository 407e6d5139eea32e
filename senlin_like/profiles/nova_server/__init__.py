"""The profile type ``os.nova.server``: nodes that are servers."""
