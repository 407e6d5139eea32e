"""The profile type ``container.dockerinc.docker``: nodes that are containers."""
