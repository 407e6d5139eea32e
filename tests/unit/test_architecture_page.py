"""The page that follows a request and an action through the files is true."""

import pathlib
import re
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "doc/source/contributor/architecture.rst"
#: A file, and behind a colon the names that are said to be in it.
_FILE = re.compile(r"``([a-z_/0-9]+\.py)``((?::\s+(?:``[A-Za-z_.]+``(?:,\s+)?)+)?)")
_NAME = re.compile(r"``(?:[A-Za-z_]+\.)*([A-Za-z_]+)``")


def named() -> Iterator[tuple[str, str]]:
    for found in _FILE.finditer(PAGE.read_text(encoding="utf-8")):
        yield found[1], ""
        for name in _NAME.findall(found[2]):
            yield found[1], name


@pytest.mark.parametrize(("path", "name"), sorted(set(named())))
def test_what_the_page_names_is_there(path: str, name: str) -> None:
    text = (ROOT / "senlin_like" / path).read_text(encoding="utf-8")

    defines = rf"^\s*(?:def|class) {name}\b|^\s*(?:self\.)?{name}(?::[^=\n]+)? ?="
    assert not name or re.search(defines, text, re.MULTILINE)
