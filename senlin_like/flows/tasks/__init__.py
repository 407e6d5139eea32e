"""The steps that flows are made of, by what they touch."""
