"""Field tables, one module per resource: each field is written down once."""
