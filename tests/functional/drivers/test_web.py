"""Asking what users have named, against a real server on loopback."""

import dataclasses
import http.server
import ipaddress
import json
import threading

import pytest

from senlin_like.domain import urls
from senlin_like.drivers import web

LOOPBACK = urls.Rules(allowed=[ipaddress.ip_network("127.0.0.0/8")])
LIMITS = web.Limits(rules=LOOPBACK, timeout_s=5.0, max_bytes=100)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.paths.append((self.path, self.headers["Host"]))
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.is_over.wait(0.02):
                self.wfile.write(b"X: y\r\n")
            return
        if kind == "garbage":
            self.wfile.write(b"what\r\n\r\n")
            return
        self.send_response(int(kind))
        if rest:
            self.send_header("Location", rest)
        body = b"x" * 1000 if kind == "200" else b"no"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        kind = self.headers["Content-Type"]
        self.server.posted.append((self.path, kind, self.rfile.read(length)))
        self.do_GET()

    def log_message(self, *_args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hangs up is what is tested."""


@pytest.fixture
def server():
    made = Server(("127.0.0.1", 0), Handler)
    made.paths, made.posted, made.is_over = [], [], threading.Event()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.is_over.set()
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def url(server):
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_an_answer_is_cut_after_its_limit(url):
    answer = web.get(f"{url}/200", LIMITS)

    assert (answer.status, answer.text) == (200, "x" * 100)


@pytest.mark.parametrize("status", [404, 500, 304])
def test_other_answers_are_answers_too(url, status):
    assert web.get(f"{url}/{status}", LIMITS).status == status


def test_the_connection_goes_to_the_address_that_was_checked(server, url):
    port = server.server_address[1]
    asked = []

    def once(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    web.get(f"http://node-1:{port}/200", LIMITS, resolver=once)

    assert asked == ["node-1"]
    assert server.paths == [("/200", f"node-1:{port}")]


def test_one_forbidden_address_of_a_name_is_enough(server):
    port = server.server_address[1]

    with pytest.raises(web.Forbidden, match="never asked"):
        web.get(
            f"http://node-1:{port}/200",
            LIMITS,
            resolver=lambda *_: ["127.0.0.1", "169.254.169.254"],
        )
    assert server.paths == []


def test_loopback_is_not_asked_unless_it_is_allowed(server, url):
    with pytest.raises(web.Forbidden, match="kind that isn't asked"):
        web.get(f"{url}/200", web.Limits())
    assert server.paths == []


def test_a_redirect_is_followed_where_it_may_lead(server, url):
    assert web.get(f"{url}/302/../200", LIMITS).status == 200
    assert web.get(f"{url}/307/{url}/200", LIMITS).status == 200


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("http://169.254.169.254/latest", web.Forbidden),
        ("file:///etc/passwd", web.Forbidden),
        ("ftp://127.0.0.1/", web.Forbidden),
    ],
)
def test_a_redirect_does_not_lead_out(url, place, error):
    with pytest.raises(error):
        web.get(f"{url}/302/{place}", LIMITS)


def test_redirects_in_a_circle_end(server, url):
    port = server.server_address[1]
    with pytest.raises(web.Unreachable, match="redirects more than"):
        web.get(f"{url}/302/http://127.0.0.1:{port}/302//302//302//302/", LIMITS)


def test_who_answers_bit_by_bit_is_not_waited_for(url):
    limits = web.Limits(rules=LOOPBACK, timeout_s=0.3)

    with pytest.raises(web.Unreachable, match="timed out"):
        web.get(f"{url}/drip", limits)


def test_what_is_no_http_is_no_answer(url):
    with pytest.raises(web.Unreachable):
        web.get(f"{url}/garbage", LIMITS)


def test_tls_with_who_does_not_speak_it_is_no_answer(server):
    port = server.server_address[1]

    for verify in (True, False):
        with pytest.raises(web.Unreachable):
            web.get(f"https://127.0.0.1:{port}/", LIMITS, verify=verify)


def test_a_name_that_is_unknown_is_no_answer():
    def fail(_host, _port):
        raise OSError("no such name")

    with pytest.raises(web.Unreachable, match="can't be resolved"):
        web.get("http://nowhere/", LIMITS, resolver=fail)


def test_json_is_posted(server, url):
    answer = web.post(f"{url}/200/?token=x", {"a": ["\u00e4", 1]}, LIMITS)

    assert (answer.status, answer.text) == (200, "")
    [(path, kind, body)] = server.posted
    assert (path, kind) == ("/200/?token=x", "application/json")
    assert json.loads(body) == {"a": ["\u00e4", 1]}


def test_a_redirect_of_a_post_is_an_answer(server, url):
    assert web.post(f"{url}/307/{url}/200", {}, LIMITS).status == 307
    assert len(server.posted) == 1


@pytest.mark.parametrize(
    "limits",
    [
        web.Limits(),
        web.Limits(rules=dataclasses.replace(LOOPBACK, allowed=[])),
    ],
)
def test_nothing_is_posted_where_nobody_may_ask(server, url, limits):
    with pytest.raises(web.Forbidden) as refusal:
        web.post(f"{url}/200?token=s3cret", {}, limits)

    assert "s3cret" not in str(refusal.value)
    assert server.posted == []


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("ftp://127.0.0.1/s3cret", web.Forbidden),
        ("http://127.0.0.1:1/s3cret", web.Unreachable),
        ("http://user:s3cret@127.0.0.1/", web.Forbidden),
    ],
)
def test_errors_of_a_post_tell_no_secret(url, error):
    with pytest.raises(error) as refusal:
        web.post(url, {}, LIMITS)

    assert "s3cret" not in str(refusal.value)
