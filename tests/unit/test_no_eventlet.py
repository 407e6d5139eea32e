"""Eventlet isn't used, and isn't loaded by what is used.

A dependency of a dependency still installs it, and some libraries load it as soon
as it can be found, so that not importing it isn't enough.
"""

import ast
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "senlin_like"
IMPORT_ALL = """
import importlib, pathlib, sys, warnings
warnings.simplefilter("ignore")
root = pathlib.Path(sys.argv[1])
names = []
for path in sorted((root / "senlin_like").rglob("*.py")):
    name = ".".join(path.relative_to(root).with_suffix("").parts)
    if "migrations" in name or "senlin_like.wsgi." in name:
        continue  # run by Alembic, and by a web server with its configuration
    names.append(name.removesuffix(".__init__"))
for name in names:
    importlib.import_module(name)
loaded = sorted(
    name for name, module in sys.modules.items()
    if name.split(".")[0] == "eventlet" and module is not None
)
print(len(names), loaded)
sys.exit(bool(loaded))
"""


def imported_names(path: pathlib.Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def test_no_module_imports_eventlet() -> None:
    importers = [
        str(path.relative_to(ROOT))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "eventlet" in imported_names(path)
    ]

    assert importers == []


def test_importing_everything_loads_no_eventlet() -> None:
    command = [sys.executable, "-c", IMPORT_ALL, str(ROOT)]

    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
