"""How actions are carried out: one file per family of actions."""
