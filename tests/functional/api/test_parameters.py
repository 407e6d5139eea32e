"""Queries of operations: what is declared counts, and nothing else is seen."""

import pytest

from senlin_like.api import openapi, queries

FLAGS = [
    pytest.param(path, method, one.name, id=f"{method} {path} {one.name}")
    for path, method, endpoint in openapi.operations()
    for one in endpoint.declared.parameters
    if one.is_flag
]
CANCELLATION = {"action": {"status": "CANCELLED"}}


@pytest.mark.parametrize(("path", "method", "name"), FLAGS)
def test_a_declared_flag_is_read(client, path, method, name):
    somewhere = path.partition("{")[0] + "nothing"
    body = CANCELLATION if method == "PATCH" else None

    wrong = client.call(method, f"{somewhere}?{name}=perhaps", body)
    right = client.call(method, f"{somewhere}?{name}=TRUE", body)

    assert wrong.message == f"Invalid value 'perhaps' specified for '{name}'"
    assert right.status == 404


def test_what_isnt_declared_isnt_seen(client, node, monkeypatch):
    seen = []
    monkeypatch.setattr(queries, "boolean", lambda query, _name: seen.append(query))

    assert client.get("/v1/nodes/n?show_details=no&force=true").status == 200
    assert seen == [{"show_details": ["no"]}]
