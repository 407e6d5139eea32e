"""The HTTP side: routing, validation, versions, access checks and answers."""
