"""The description of the API is what the code says, and covers every operation."""

import pathlib

import jsonschema
import pytest
from openapi_spec_validator import validate

from senlin_like.api import export, openapi, queries, root, tree
from senlin_like.api import microversions as mv
from senlin_like.api.compute import microversions as nova
from senlin_like.api.fields import On
from senlin_like.api.operation import Gives, Wrapped
from senlin_like.rbac import rules

FOLDER = pathlib.Path(__file__).parents[2] / "api-ref" / "source"
OPERATIONS = openapi.operations()
IDS = [f"{method} {path}" for path, method, _endpoint in OPERATIONS]


#: In Nova's manner; aggregates are the same as those of version 1.
COMPUTE = list(tree.walk(root.compute(), "/compute/v2.1"))


@pytest.mark.parametrize("name", ["openapi.json", "parameters.yaml"])
def test_the_committed_file_is_current(name):
    assert (FOLDER / name).read_text() == export.files()[name], (
        "run: python -m senlin_like.api.export api-ref/source"
    )


@pytest.mark.parametrize("version", [change.version for change in mv.HISTORY])
def test_the_description_is_valid_at_every_version(version):
    validate(openapi.describe(version))


@pytest.mark.parametrize(("path", "method", "endpoint"), OPERATIONS, ids=IDS)
def test_every_operation_is_declared_in_full(path, method, endpoint):
    declared = endpoint.declared
    documented = {rule.name: rule for rule in rules.list_rules()}

    assert declared.rule in documented
    places = documented[declared.rule].operations
    assert {"method": method, "path": path} in places
    assert endpoint.__doc__
    assert (declared.listing is not None) == (declared.gives is Gives.PAGE)
    if declared.takes is not None and declared.takes.wrapped is Wrapped.FREE:
        assert declared.takes.schema is not None


@pytest.mark.parametrize(
    ("path", "method", "endpoint"),
    COMPUTE,
    ids=[f"{method} {path}" for path, method, _endpoint in COMPUTE],
)
def test_every_operation_of_the_compute_root_is_declared(path, method, endpoint):
    declared = endpoint.declared
    documented = {rule.name: rule for rule in rules.list_rules()}
    ours = path.replace("/compute/v2.1/os-aggregates", "/v1/os-aggregates")

    assert {"method": method, "path": ours} in documented[declared.rule].operations
    assert endpoint.__doc__
    for version in (nova.LOWEST, nova.HIGHEST):
        jsonschema.Draft202012Validator.check_schema(
            declared.resource.schema(On.SHOW, version)
        )


def test_operations_have_names_of_their_own():
    described = openapi.describe()
    names = [
        operation["operationId"]
        for place in described["paths"].values()
        for method, operation in place.items()
        if method != "parameters"
    ]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("path", "method", "endpoint"), OPERATIONS, ids=IDS)
def test_schemas_are_schemas_at_every_version(path, method, endpoint):
    takes = endpoint.declared.takes
    for change in mv.HISTORY:
        jsonschema.Draft202012Validator.check_schema(
            endpoint.declared.resource.schema(On.SHOW, change.version)
        )
        if takes is not None and takes.table is not None:
            jsonschema.Draft202012Validator.check_schema(
                takes.table.schema(takes.op, change.version)
            )


def test_older_versions_lack_what_came_later():
    oldest, newest = openapi.describe(mv.LOWEST), openapi.describe(mv.HIGHEST)

    assert set(oldest["paths"]) < set(newest["paths"])
    assert "/v1/nodes/adopt" not in oldest["paths"]


@pytest.mark.parametrize(("path", "method", "endpoint"), OPERATIONS, ids=IDS)
def test_every_parameter_of_a_query_is_described(path, method, endpoint):
    declared = endpoint.declared
    names = [one.name for one in declared.parameters]
    if declared.listing is not None:
        names += [one.name for one in declared.listing.filters]
    described = openapi.describe()["paths"][path][method.lower()]["parameters"]
    in_queries = {one["name"] for one in described if one["in"] == "query"}
    section = _section(f"{method} {path}")

    assert in_queries - set(queries.PAGING) == set(names)
    for name in names:
        key = f"{declared.resource.singular}_{name}_query"
        assert f"  - {name}: {key}\n" in section


def _section(operation):
    """Return what the API reference says after the line of an operation."""
    texts = [one.read_text() for one in sorted(FOLDER.glob("*.inc"))]
    [found] = [
        text.split(f"rest_method:: {operation}\n")[1].split("rest_method::")[0]
        for text in texts
        if f"rest_method:: {operation}\n" in text
    ]
    return found
