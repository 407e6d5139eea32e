"""The programs: they read the options and put the parts together."""
