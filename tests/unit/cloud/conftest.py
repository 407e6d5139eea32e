"""Make the cloud for tests importable: it lies beside the package, not inside of it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3]))
