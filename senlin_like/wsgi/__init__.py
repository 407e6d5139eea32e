"""The module that WSGI servers load."""
