"""Every error that this service can raise has its line in the table of statuses."""

import inspect
import json

import pytest

from senlin_like import exceptions
from senlin_like.api import errors
from senlin_like.db import session

CLASSES = [
    cls
    for _name, cls in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(cls, exceptions.Error)
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_has_a_status(cls):
    assert cls in errors.STATUSES


def test_the_table_has_no_dead_lines():
    assert set(errors.STATUSES) == set(CLASSES)


def test_codes_are_unique_where_they_are_declared():
    declared = [cls.__dict__["code"] for cls in CLASSES if "code" in cls.__dict__]

    assert len(set(declared)) == len(declared)


def test_every_status_has_its_explanation():
    assert set(errors.STATUSES.values()) <= set(errors.EXPLANATIONS)


def test_a_subclass_is_answered_as_its_parent():
    assert errors.status_of(session.CommitUnsure("x")) == 503


def test_a_fault_has_the_four_keys_and_a_stable_code():
    fault = errors.fault(exceptions.NotFound("cluster", "x"))

    assert fault.status == 404
    assert json.loads(fault.body) == {
        "code": 404,
        "title": "Not Found",
        "explanation": "The resource could not be found.",
        "error": {
            "code": 404,
            "error_code": "clustering.resource.not_found",
            "message": "The cluster 'x' could not be found.",
            "type": "ResourceNotFound",
        },
    }


def test_trailing_dots_collapse():
    assert (
        json.loads(errors.fault(exceptions.Invalid("a..")).body)["error"]["message"]
        == "a."
    )


def test_unavailability_says_when_to_ask_again():
    assert errors.fault(exceptions.ServiceUnavailable("x", 7)).headers == (
        ("Retry-After", "7"),
    )
    assert errors.fault(exceptions.CloudBusy("x", 2.5)).headers == (
        ("Retry-After", "2"),
    )


@pytest.mark.parametrize(
    ("cloud", "expected"),
    [
        (400, 400),
        (404, 400),
        (409, 400),
        (401, 503),
        (403, 403),
        (408, 503),
        (429, 503),
        (500, 503),
        (503, 503),
    ],
)
def test_only_what_the_cloud_says_of_the_request_is_a_bad_request(cloud, expected):
    fault = errors.fault(exceptions.CloudError("x", cloud))

    assert fault.status == expected
    assert ("Retry-After" in dict(fault.headers)) is (expected == 503)


def test_a_bug_tells_its_request_and_nothing_else():
    fault = errors.unexpected("req-1")

    assert fault.status == 500
    assert "req-1" in fault.body.decode()
