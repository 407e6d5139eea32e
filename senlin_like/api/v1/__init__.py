"""Controllers, one module per resource: declaration plus a line or two."""
