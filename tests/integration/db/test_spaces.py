"""A name with spaces behind it is another name, whatever the database thinks."""

import pytest

from senlin_like import exceptions
from senlin_like.db import profiles
from senlin_like.db.paging import Page


@pytest.fixture
def profile(a_profile) -> dict:
    return a_profile()


@pytest.mark.parametrize("key", ["id", "name"])
def test_nothing_is_found_by_spaces(deps, ctx, profile, key):
    with deps.db.reader() as session:
        assert profiles.get(session, ctx, profile[key])["id"] == profile["id"]
        with pytest.raises(exceptions.NotFound):
            profiles.get(session, ctx, f"{profile[key]} ")


def test_nothing_is_listed_by_spaces(deps, ctx, profile):
    with deps.db.reader() as session:
        name = profile["name"]
        assert profiles.list_page(session, ctx, Page(), {"name": [name]})
        assert not profiles.list_page(session, ctx, Page(), {"name": [f"{name} "]})
