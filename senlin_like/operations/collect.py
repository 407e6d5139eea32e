"""One attribute of all nodes of a cluster, named by a JSONPath."""

import datetime
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import jsonpath_ng
from jsonpath_ng import exceptions as path_exceptions

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, nodes
from senlin_like.operations import credentials as permissions
from senlin_like.operations import inspection
from senlin_like.operations.deps import Deps

LONGEST_PATH = 255
#: What can make a path's result many times larger than the document.
_SPREADING = re.compile(r"\.\.|\||&|where|`")
_MOST_SPREADING = 3


def collect(
    deps: Deps, ctx: RequestContext, identity: str, path: str
) -> list[dict[str, Any]]:
    """Return ``{"id", "value"}`` of the nodes in which the path leads somewhere.

    The first match counts. The cloud is asked only for a path in which the
    word ``details`` occurs. That a path leads nowhere is only said of a node
    that the cloud could tell of, or that it doesn't know.

    :raises Invalid: when the path can't be used.
    :raises NotFound: when there is no such cluster for the caller.
    :raises ServiceUnavailable: when the cloud can't tell of a node now.
    :raises CloudError: when the cloud refuses to tell.
    """
    parsed = parse(path)
    with deps.db.reader() as session:
        cluster_id = clusters.get_id(session, ctx, identity)
        records = nodes.in_cluster(session, cluster_id)
    if "details" in path:
        records = inspection.add_details(deps, records)
    found = []
    for record in records:
        matches = find(parsed, _wire(record), path)
        if matches:
            found.append({"id": record["id"], "value": matches[0].value})
        else:
            _refuse_silence(record)
    return found


def _refuse_silence(record: Mapping[str, Any]) -> None:
    """Make sure that the cloud has told of a node if it was asked."""
    error = (record.get("details") or {}).get("Error")
    if error is None or error["code"] == HTTPStatus.NOT_FOUND:
        return
    with permissions.cloud_answers():
        raise exceptions.CloudError(
            f"node '{record['id']}' can't be looked at: {error['message']}",
            error["code"],
        )


def parse(path: str) -> Any:
    """Read a JSONPath.

    :raises Invalid: when it is empty, wrong, too long or too expensive.
    """
    if not path.strip() or path == "None":
        raise exceptions.Invalid("Required path attribute is missing.")
    if len(path) > LONGEST_PATH:
        raise _bad(f"it is longer than {LONGEST_PATH} characters")
    if len(_SPREADING.findall(path)) > _MOST_SPREADING:
        raise _bad("it has too many of '..', '|', '&', 'where' and '`'")
    try:
        return jsonpath_ng.parse(path)
    except path_exceptions.JSONPathError as error:
        raise _bad(str(error)) from error
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # The library's parser trips over some texts instead of refusing them.
        raise _bad("it can't be read") from error


def find(parsed: Any, document: dict[str, Any], path: str) -> list[Any]:
    """Return the matches of a path in a document; ``path`` is its text.

    :raises Invalid: when the path can't be applied.
    """
    try:
        return list(parsed.find(document))
    except NotImplementedError as error:
        raise _bad(f"'{path}' has an operator that isn't supported") from error
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise _bad(f"'{path}' doesn't fit the attributes of a node") from error


def _bad(reason: str) -> exceptions.Invalid:
    return exceptions.Invalid(f"Invalid attribute path - {reason.rstrip('.')}.")


def _wire(value: Any) -> Any:
    """Turn a record into what the API shows: times are texts."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping):
        return {str(key): _wire(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_wire(inner) for inner in value]
    return value
