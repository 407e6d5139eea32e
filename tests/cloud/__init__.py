"""A real OpenStack on one machine, for tests.  See README.rst."""
