"""Sphinx configuration of the API reference."""

extensions = ["os_api_ref"]
project = "Clustering API Reference"
copyright = "The senlin-like developers"
master_doc = "index"
exclude_patterns = []
html_theme = "alabaster"
pygments_style = "sphinx"
