"""Bodies that are too large, at the real server: the application refuses them."""

import http.client
import itertools
import json
import threading

import pytest

from senlin_like.cmd import api
from tests.functional.configured import configure

MIB = 1 << 20


@pytest.fixture
def port(client):
    server = api.serve(client.wsgi, configure(), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(server.close)
    thread.join()


def parts(count):
    return itertools.repeat(b" " * MIB, count)


@pytest.mark.parametrize("is_chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize("size", [1, 2, 3, 40])
def test_what_is_too_large_gets_the_fault_of_the_api(port, is_chunked, size):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"}
    if not is_chunked:
        headers["Content-Length"] = str(size * MIB + 1)
    body = itertools.chain(parts(size), [b" "])

    connection.request("POST", "/v1/clusters", body, headers, encode_chunked=is_chunked)
    reply = connection.getresponse()
    fault = json.loads(reply.read())

    assert (reply.status, fault["error"]["type"]) == (400, "RequestLimitExceeded")
    assert f"({size * MIB + 1} bytes)" in fault["error"]["message"]
    assert reply.headers["x-openstack-request-id"].startswith("req-")
    connection.request("GET", "/v1/clusters")
    assert connection.getresponse().status == 200
    connection.close()


def test_what_nobody_would_read_is_refused_at_its_head(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest("POST", "/v1/clusters")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()

    reply = connection.getresponse()
    fault = json.loads(reply.read())
    connection.close()

    assert (reply.status, fault["error"]["type"]) == (400, "RequestLimitExceeded")
    assert reply.headers["x-openstack-request-id"].startswith("req-")
    assert reply.headers["Connection"] == "close"


def test_endless_chunks_are_refused(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest("POST", "/v1/clusters")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    for part in parts(64):
        connection.send(b"%x\r\n%b\r\n" % (len(part), part))

    reply = connection.getresponse()

    assert reply.status == 400
    assert reply.headers["x-openstack-request-id"].startswith("req-")
    connection.close()
