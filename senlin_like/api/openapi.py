"""Describes the API as OpenAPI 3.1, from the tables that it runs on."""

from typing import Any

from senlin_like.api import errors, fields, queries, root, tree
from senlin_like.api import microversions as mv
from senlin_like.api.operation import Endpoint, Gives, Operation, Takes, Wrapped

Json = dict[str, Any]

#: Words rather than JSON's own: a query knows text only.
_FLAG: Json = {
    "type": "string",
    "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$",
}
_PAGING = (
    ("limit", {"type": "integer", "minimum": 0}, "The most items of a page."),
    ("marker", {"type": "string", "format": "uuid"}, "The last item seen."),
    ("sort", {"type": "string"}, "Keys to sort by: key[:asc|:desc], …"),
    ("global_project", _FLAG, "Whether to list the things of all projects."),
)
#: The order that parameter files of API references have.
_PLACES = ("path", "query", "body")
_WITH_LOCATION = frozenset(
    {Gives.ACCEPTED, Gives.ASKED, Gives.DELETING, Gives.SIGNALLED}
)
_FAULT: Json = {
    "type": "object",
    "required": ["code", "error", "explanation", "title"],
    "properties": {
        "code": {"type": "integer"},
        "title": {"type": "string"},
        "explanation": {"type": "string"},
        "error": {
            "type": "object",
            "required": ["code", "error_code", "message", "type"],
            "properties": {
                "code": {"type": "integer"},
                "error_code": {
                    "type": "string",
                    "description": "Stable name of the kind of error.",
                },
                "message": {"type": "string"},
                "type": {"type": "string"},
            },
        },
    },
}


def operations() -> list[tuple[str, str, Endpoint[Any]]]:
    """List path template, method and endpoint of all operations of version 1."""
    return list(tree.walk(root.version_1(), "/v1"))


def describe(version: mv.Version = mv.HIGHEST) -> Json:
    """Describe all operations as they are at a version."""
    paths: dict[str, Json] = {}
    for path, method, endpoint in operations():
        declared = endpoint.declared
        if declared.since <= version:
            place = paths.setdefault(path, _place(path))
            place[method.lower()] = _operation(declared, endpoint, version)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clustering API",
            "version": mv.text(version),
            "description": "Clusters of cloud resources. The version of a request is "
            f"chosen by the header '{mv.HEADER}: {mv.SERVICE} X.Y'; without it, "
            f"{mv.text(mv.LOWEST)} is meant.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {"Fault": _FAULT},
            "responses": {
                "Fault": {
                    "description": "What is wrong.",
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Fault"}
                        }
                    },
                }
            },
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
                "password": {"type": "http", "scheme": "basic"},
            },
        },
        "security": [{"token": []}, {"password": []}],
    }


def parameters() -> Json:
    """Give all fields in the form of an API reference: ``resource_field`` → facts."""
    found: Json = {}
    for path, _method, endpoint in operations():
        for name in _names(path):
            found[f"{name}_path"] = {
                "description": "What the path says of it: an id, name or short id.",
                "in": "path",
                "required": True,
                "type": "string",
            }
        declared = endpoint.declared
        tables = [declared.resource]
        if declared.takes is not None and declared.takes.table is not None:
            tables.append(declared.takes.table)
        for table in tables:
            for field in table.fields:
                found.setdefault(f"{table.singular}_{field.name}", _parameter(field))
        for one in declared.parameters:
            key = f"{declared.resource.singular}_{one.name}_query"
            found[key] = _query_parameter(one)
        if declared.listing is not None:
            for narrows in declared.listing.filters:
                found[f"{declared.resource.singular}_{narrows.name}_query"] = {
                    "description": narrows.text,
                    "in": "query",
                    "required": False,
                    "type": "string",
                }
    return dict(
        sorted(found.items(), key=lambda item: (_PLACES.index(item[1]["in"]), item[0]))
    )


def _query_parameter(one: queries.Parameter) -> Json:
    """Describe a parameter of a query for the API reference."""
    described: Json = {
        "description": one.text,
        "in": "query",
        "required": one.is_required,
        "type": "boolean" if one.is_flag else "string",
    }
    if one.since != mv.INITIAL:
        described["min_version"] = mv.text(one.since)
    return described


def _parameter(field: fields.Field) -> Json:
    """Describe one field for the API reference."""
    if field.shows is not None:
        kind = field.shows.schema.get("type", "any")
    else:
        kind = field.type.schema()["type"]
    kinds = [kind] if isinstance(kind, str) else list(kind)
    described: Json = {
        "description": field.text,
        "in": "body",
        "required": bool(field.required),
        "type": " or ".join(kinds),
    }
    if field.since != mv.INITIAL:
        described["min_version"] = mv.text(field.since)
    return described


def _names(path: str) -> list[str]:
    """List the names of the identities in a path."""
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _place(path: str) -> Json:
    """Describe the identities in a path."""
    names = _names(path)
    if not names:
        return {}
    return {
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1},
            }
            for name in names
        ]
    }


def _operation(
    declared: Operation, endpoint: Endpoint[Any], version: mv.Version
) -> Json:
    """Describe one operation."""
    described: Json = {
        "operationId": declared.rule.replace(":", "_"),
        "summary": (endpoint.__doc__ or "").strip().splitlines()[0],
        "tags": [declared.resource.plural],
        "responses": _responses(declared, version),
        "x-openstack-rule": declared.rule,
        "x-openstack-since": mv.text(declared.since),
        "parameters": [
            {
                "name": mv.HEADER,
                "in": "header",
                "schema": {"type": "string"},
                "description": "The microversion that is asked for.",
            }
        ],
    }
    described["parameters"] += [
        {
            "name": one.name,
            "in": "query",
            "required": one.is_required,
            "schema": _FLAG if one.is_flag else {"type": "string", "minLength": 1},
            "description": one.text,
        }
        for one in declared.parameters
        if one.since <= version
    ]
    if declared.is_open:
        described["security"] = []
    if declared.listing is not None:
        described["parameters"] += _query(declared.listing, version)
    if declared.takes is not None:
        described["requestBody"] = _body(declared.takes, version)
    return described


def _query(listing: queries.Listing, version: mv.Version) -> list[Json]:
    """Describe the parameters of a list."""
    described = [
        {"name": name, "in": "query", "schema": schema, "description": text}
        for name, schema, text in _PAGING
        if name in listing.general
    ]
    for one in listing.filters:
        if one.since > version:
            continue
        schema: Json = {"type": "string"}
        if one.values:
            schema["enum"] = list(one.values)
        if one.is_multiple:
            schema = {"type": "array", "items": schema}
        described.append(
            {
                "name": one.name,
                "in": "query",
                "schema": schema,
                "description": one.text,
            }
        )
    return described


def _body(takes: Takes, version: mv.Version) -> Json:
    """Describe the body of a request."""
    if takes.wrapped is Wrapped.FREE:
        schema = takes.schema(version) if takes.schema else {"type": "object"}
    else:
        schema = takes.fields.schema(takes.op, version)
        if takes.wrapped is Wrapped.KEY:
            key = takes.fields.singular
            schema = {
                "type": "object",
                "required": [key],
                "properties": {key: schema},
            }
    return {
        "required": takes.wrapped is not Wrapped.FREE,
        "content": {"application/json": {"schema": schema}},
    }


def _responses(declared: Operation, version: mv.Version) -> Json:
    """Describe the answers: the good one and the faults."""
    good: Json = {"description": "What was asked for."}
    schema = _answer(declared, version)
    if schema is not None:
        good["content"] = {"application/json": {"schema": schema}}
    if declared.gives in _WITH_LOCATION:
        good["headers"] = {
            "Location": {
                "description": "Address of the action.",
                "schema": {"type": "string"},
            }
        }
    fault = {"$ref": "#/components/responses/Fault"}
    elsewhere = {405} if declared.is_open else {405, 429}
    statuses = sorted(set(errors.STATUSES.values()) - elsewhere)
    return {
        str(declared.status): good,
        **{str(status): fault for status in statuses},
    }


def _answer(declared: Operation, version: mv.Version) -> Json | None:
    """Describe the body of the good answer; None if it has none."""
    table = declared.resource
    shown = table.schema(fields.On.SHOW, version)
    if declared.gives in (Gives.NOTHING, Gives.SIGNALLED):
        return None
    if declared.gives is Gives.DELETING:
        return {"type": "null"}
    if declared.gives is Gives.RAW:
        return {"type": "object"}
    if declared.gives is Gives.ASKED:
        return _object("action", {"type": "string", "format": "uuid"})
    if declared.gives is Gives.PAGE:
        link = _object("rel", {"const": "next"}) | {"type": "object"}
        listed = _object(table.plural, {"type": "array", "items": shown})
        listed["properties"][f"{table.plural}_links"] = {
            "type": "array",
            "items": link,
        }
        return listed
    return _object(table.singular, shown)


def _object(key: str, schema: Json) -> Json:
    """Describe an object with one key that is always there."""
    return {"type": "object", "required": [key], "properties": {key: schema}}
