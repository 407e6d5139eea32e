"""Settings of Sphinx for the documentation."""

project = "senlin-like"
author = "The senlin-like developers"
project_copyright = "the senlin-like developers"

extensions: list[str] = []
source_suffix = {".rst": "restructuredtext"}
root_doc = "index"
exclude_patterns = ["build"]
nitpicky = True
pygments_style = "sphinx"
html_theme = "alabaster"
html_theme_options = {
    "description": "Clusters of cloud resources that survive anything",
    "page_width": "1080px",
}
html_copy_source = False
