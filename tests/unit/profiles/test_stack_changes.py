"""What a cloud is told of a stack whose spec has changed."""

import pytest

from senlin_like.profiles.heat_stack import requests

OLD = {"template": {"a": 1}, "parameters": {"size": 1}, "environment": {}}


def test_only_what_differs_is_told():
    assert requests.changes(OLD, {**OLD, "parameters": {}}) == {"parameters": {}}
    assert requests.changes(OLD, {**OLD, "timeout": 3}) == {"timeout_mins": 3}


@pytest.mark.parametrize(
    "change", [{"parameters": {}}, {"environment": {"parameters": {"b": 1}}}]
)
def test_parameters_and_an_environment_that_has_some_go_together(change):
    old = {**OLD, "environment": {"parameters": {"b": 2}}}
    new = {**old, **change}

    told = requests.changes(old, new)

    assert told == {
        "parameters": new["parameters"],
        "environment": new["environment"],
    }


def test_an_environment_that_loses_its_parameters_brings_the_others():
    old = {**OLD, "environment": {"parameters": {"b": 2}}}

    told = requests.changes(old, OLD)

    assert told == {"environment": {}, "parameters": {"size": 1}}
