"""The clouds, behind Protocols."""
