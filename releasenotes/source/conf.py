"""Settings of Sphinx for the release notes."""

project = "senlin-like release notes"
author = "The senlin-like developers"
project_copyright = "the senlin-like developers"

extensions = ["reno.sphinxext"]
root_doc = "index"
html_theme = "alabaster"
