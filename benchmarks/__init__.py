"""Measure any endpoint of the Clustering API, from outside.

Nothing here imports the service: what is measured is found by a URL and, for CPU
and memory, by process names.
"""
