"""The rules of the house that no linter knows.

A process test that has to wait for another process says so with the comment
``process test: polls`` in its module; only there may tests sleep.
"""

import ast
import pathlib
import re
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "senlin_like"
MAX_FILE = 400
MAX_TABLE_FILE = 600
MAX_FUNCTION = 50
MAX_PATCHES_PER_TEST = 0.1
FORBIDDEN_NAMES = {
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "service",
    "services",
    "util",
    "utils",
}
#: A resource of the API and its table are called services: a noun, not a layer.
NOUNS_OF_THE_API = {
    "api/resources/service.py",
    "api/resources/services.py",
    "api/v1/services.py",
    "db/services.py",
    "operations/services.py",
    "rbac/services.py",
}
MAY_READ_CONF = ("cmd/", "conf/", "wsgi/", "api/app.py", "engine/worker.py")
POLLS = "process test: polls"


def sources(*folders: str) -> list[pathlib.Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def name_of(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def limit_of(path: pathlib.Path) -> int:
    is_table = path.name == "models.py" or "api/resources" in path.as_posix()
    return MAX_TABLE_FILE if is_table else MAX_FILE


def functions_of(
    path: pathlib.Path,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls_of(path: pathlib.Path) -> list[str]:
    nodes = ast.walk(tree_of(path))
    return [dotted(node.func) for node in nodes if isinstance(node, ast.Call)]


def test_no_file_is_too_long() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("senlin_like", "tests", "benchmarks", "tools")
    }

    too_long = {
        name_of(path): lines
        for path, lines in lengths.items()
        if lines > limit_of(path)
    }

    assert too_long == {}


def test_no_function_is_too_long() -> None:
    too_long = {
        f"{name_of(path)}:{function.name}": lines
        for path in sources("senlin_like", "tests", "benchmarks", "tools")
        for function in functions_of(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION
    }

    assert too_long == {}


def test_modules_are_named_by_noun_or_verb() -> None:
    badly_named = [
        name_of(path)
        for path in sorted(PACKAGE.rglob("*"))
        if path.stem in FORBIDDEN_NAMES
        and (path.suffix == ".py" or path.is_dir())
        and path.relative_to(PACKAGE).as_posix() not in NOUNS_OF_THE_API
    ]

    assert badly_named == []


def is_patch(call: str) -> bool:
    return bool(re.search(r"(^|\.)patch(\.(object|dict|multiple))?$", call))


def test_own_code_is_hardly_ever_patched() -> None:
    paths = sources("tests")
    tests = sum(
        function.name.startswith("test_")
        for path in paths
        for function in functions_of(path)
    )
    patches = sum(
        is_patch(call)
        for path in paths
        # "client.patch" is HTTP's PATCH, where nothing of unittest is imported.
        if "unittest" in path.read_text(encoding="utf-8")
        for call in calls_of(path)
    )

    assert patches <= MAX_PATCHES_PER_TEST * tests


@pytest.mark.parametrize("folder", ["unit", "functional", "contract", "integration"])
def test_no_test_sleeps(folder: str) -> None:
    sleepers = [
        name_of(path)
        for path in sources(f"tests/{folder}")
        if POLLS not in path.read_text(encoding="utf-8").replace(f'"{POLLS}"', "")
        or folder == "unit"
        if any(call.split(".")[-1] == "sleep" for call in calls_of(path))
    ]

    assert sleepers == []


def is_global_conf(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "CONF" and dotted(node.value) == "cfg"
    return isinstance(node, ast.ImportFrom) and any(
        name.name == "CONF" for name in node.names
    )


def test_global_configuration_is_read_at_the_edge_only() -> None:
    readers = [
        name_of(path)
        for path in sources("senlin_like")
        if not path.relative_to(PACKAGE).as_posix().startswith(MAY_READ_CONF)
        if any(is_global_conf(node) for node in ast.walk(tree_of(path)))
    ]

    assert readers == []


def test_every_package_is_a_package() -> None:
    without = sorted(
        {
            name_of(path.parent)
            for path in sources("senlin_like")
            if not (path.parent / "__init__.py").exists()
        }
    )

    assert without == []
