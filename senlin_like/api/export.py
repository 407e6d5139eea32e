"""Writes what is generated of the API reference: ``python -m senlin_like.api.export``.

The one argument is the folder: ``api-ref/source``.
"""

import json
import pathlib
import sys

import yaml

from senlin_like.api import openapi


def files() -> dict[str, str]:
    """Return names and contents of the generated files."""
    described = json.dumps(openapi.describe(), indent=2, sort_keys=True)
    return {
        "openapi.json": f"{described}\n",
        "parameters.yaml": yaml.safe_dump(openapi.parameters(), sort_keys=False),
    }


def main() -> None:
    """Write the files into the folder that is named."""
    folder = pathlib.Path(sys.argv[1])
    for name, content in files().items():
        (folder / name).write_text(content)


if __name__ == "__main__":
    main()
