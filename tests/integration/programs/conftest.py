"""Makes the neighbours importable."""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent

sys.path.insert(0, str(HERE))
sys.path.insert(1, str(HERE.parents[2]))
