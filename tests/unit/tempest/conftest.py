"""Make the scripts that run clients importable: they import each other by name."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tempest"))
