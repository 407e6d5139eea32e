"""Policy types: how a cluster behaves."""
