"""What happened, for people to follow."""
