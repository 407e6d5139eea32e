"""Clusters of cloud resources that survive anything."""

import sys

# Some Oslo libraries import eventlet wherever it is installed, and one of them
# brings it along. This service uses native threads: a None entry makes such an
# import fail, and those libraries go on without it.
sys.modules.setdefault("eventlet", None)  # type: ignore[arg-type]
