"""How the cloud is asked: tokens, trusts, and calls that go wrong on their way."""

import concurrent.futures
import datetime
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from senlin_like import exceptions
from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.sessions import versioned
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

SERVERS = "/compute/v2.1/servers"
READ = Query(what="List servers", path="/servers")
MAKE = Query(what="Make a server", path="/servers", body={"server": {}})
REFUSED = Answer(status=401, body={"error": {"message": "not so"}})
AWAY = Answer(
    status=503, text="<html>The Keystone service is temporarily unavailable.</html>"
)


@pytest.fixture
def cloud():
    with border.running() as made:
        made.tell("GET", SERVERS, Answer(body={"servers": []}))
        made.tell("POST", SERVERS, Answer(status=202, body={"server": {"id": "1"}}))
        yield made


@pytest.fixture
def sessions(cloud):
    made = border.sessions(cloud.url)
    yield made
    made.close()


@pytest.fixture
def owner(sessions):
    return AccountView(sessions, border.an_account(), border.REGION)


@pytest.fixture
def service(sessions):
    return AccountView(sessions, None, border.REGION)


def refused(view, query=READ, method="GET"):
    api = view.api("compute")
    with pytest.raises(exceptions.CloudError) as caught:
        api.read(query) if method == "GET" else api.change(method, query)
    return caught.value


def test_a_token_is_asked_for_once(cloud, owner):
    for _ in range(3):
        owner.api("compute").read(READ)

    assert cloud.tokens() == 1
    assert cloud.calls() == [f"GET {SERVERS}"] * 3
    scope = cloud.asked[0].body["auth"]["scope"]
    assert scope == {"OS-TRUST:trust": {"id": border.TRUST_ID}}


def test_a_token_that_will_end_soon_is_renewed(cloud, owner):
    cloud.life = "2020-01-01T00:00:00.000000Z"

    owner.check()
    owner.check()

    assert cloud.tokens() == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_was_refused_is_renewed_by_itself(cloud, owner, method):
    owner.check()
    cloud.dead.add("token-1")

    if method == "GET":
        owner.api("compute").read(READ)
    else:
        owner.api("compute").change("POST", MAKE)

    assert cloud.tokens() == 2
    sent = [one.headers["X-Auth-Token"] for one in cloud.asked if one.path == SERVERS]
    assert sent == ["token-1", "token-2"]


def test_threads_with_the_same_dead_token_renew_it_once(cloud, owner):
    owner.check()
    cloud.dead.add("token-1")
    together = threading.Barrier(8)
    dead = Answer(status=401)

    def answer(asked):
        if asked.headers["X-Auth-Token"] != "token-1":
            return Answer(body={"servers": []})
        together.wait(20)
        return dead

    cloud.answers[("GET", SERVERS)] = answer
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(owner.api("compute").read, READ) for _ in range(8)]
        found = [one.result() for one in asked]

    assert found == [{"servers": []}] * 8
    assert cloud.tokens() == 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_trust_that_gives_no_token_is_gone(cloud, owner, status):
    cloud.refused["trust"] = Answer(status=status, body={"error": {"message": "no"}})

    with pytest.raises(exceptions.TrustNotFound) as caught:
        owner.check()

    assert border.TRUST_ID not in str(caught.value)
    # Asked for the trust, then for the service itself.
    assert cloud.tokens() == 2


def test_a_wrong_password_of_the_service_is_no_dead_trust(cloud, owner):
    cloud.refused = {"trust": REFUSED, "service": REFUSED}

    error = refused(owner)

    assert not isinstance(error, exceptions.TrustNotFound)
    assert error.status == 401
    assert "not so" in error.message


def test_the_wrong_address_of_keystone_is_no_dead_trust(cloud):
    sessions = border.sessions(f"{cloud.url}/elsewhere")
    owner = AccountView(sessions, border.an_account(), border.REGION)

    error = refused(owner)

    assert (type(error).__name__, error.status) == ("NoToken", 404)


@pytest.mark.parametrize("refusing", ["trust", "service"])
def test_a_keystone_that_is_ill_is_no_dead_trust(cloud, owner, refusing):
    cloud.refused = {"trust": REFUSED}
    cloud.refused[refusing] = Answer(status=503, headers={"Retry-After": "7"})

    with pytest.raises(exceptions.CloudBusy) as caught:
        owner.check()

    assert caught.value.retry_after_s == 7


def test_a_service_that_may_not_know_the_token_means_the_trust(cloud, owner):
    owner.check()
    cloud.tell("GET", SERVERS, AWAY)
    cloud.refused["trust"] = REFUSED

    assert isinstance(refused(owner), exceptions.TrustNotFound)


def test_a_service_without_keystone_is_busy_as_long_as_the_trust_works(cloud, owner):
    cloud.tell("GET", SERVERS, AWAY)

    assert isinstance(refused(owner), exceptions.CloudBusy)
    assert cloud.tokens() == 2


def test_a_service_without_keystone_has_made_nothing(cloud, owner):
    cloud.tell("POST", SERVERS, AWAY)

    assert type(refused(owner, MAKE, "POST")) is exceptions.CloudBusy


def test_a_busy_service_is_not_asked_again(cloud, owner):
    cloud.tell("GET", SERVERS, Answer(status=503, headers={"Retry-After": "600"}))

    error = refused(owner)

    assert (type(error), error.retry_after_s) == (exceptions.CloudBusy, 300.0)
    assert (cloud.calls(), cloud.tokens()) == ([f"GET {SERVERS}"], 1)


def test_what_a_service_forbids_is_no_dead_trust(cloud, owner):
    forbidden = {"forbidden": {"code": 403, "message": "Policy doesn't allow it"}}
    cloud.tell("GET", SERVERS, Answer(status=403, body=forbidden))

    error = refused(owner)

    assert (type(error), error.status) == (exceptions.CloudError, 403)
    assert error.message == "List servers: Policy doesn't allow it"


def test_a_trust_id_is_taken_out_of_messages(cloud, owner):
    body = {"error": {"message": f"Could not find trust: {border.TRUST_ID}."}}
    cloud.tell("GET", SERVERS, Answer(status=409, body=body))

    assert refused(owner).message == "List servers: Could not find trust: ***."


def test_a_read_is_tried_again_and_a_change_is_not(cloud, owner):
    broken = Answer(status=None)
    cloud.tell("GET", SERVERS, broken, broken, Answer(body={"servers": [1]}))
    cloud.tell("POST", SERVERS, broken)

    assert owner.api("compute").read(READ) == {"servers": [1]}
    error = refused(owner, MAKE, "POST")

    assert isinstance(error, exceptions.CloudUnsure)
    assert cloud.calls() == [f"GET {SERVERS}"] * 3 + [f"POST {SERVERS}"]


def test_a_change_that_took_too_long_is_unsure_and_a_read_isnt_repeated(cloud):
    sessions = border.sessions(cloud.url, timeout_s=0.2)
    owner = AccountView(sessions, border.an_account(), border.REGION)
    owner.check()
    is_over = threading.Event()

    def hang(_asked):
        is_over.wait(20)
        return Answer()

    cloud.answers[("GET", SERVERS)] = cloud.answers[("POST", SERVERS)] = hang
    try:
        reading, making = refused(owner), refused(owner, MAKE, "POST")
    finally:
        is_over.set()

    assert type(reading) is exceptions.CloudBusy
    assert type(making) is exceptions.CloudUnsure
    assert "didn't answer in time" in making.message
    assert cloud.calls() == [f"GET {SERVERS}", f"POST {SERVERS}"]


def test_a_change_without_a_token_has_not_been_sent(cloud, owner):
    cloud.refused["trust"] = Answer(status=500)

    assert type(refused(owner, MAKE, "POST")) is exceptions.CloudBusy
    assert cloud.calls() == []


def test_keystone_away_is_busy(unused_port):
    sessions = border.sessions(f"http://127.0.0.1:{unused_port}")
    owner = AccountView(sessions, border.an_account(), border.REGION)

    for method in ("GET", "POST"):
        error = refused(owner, MAKE, method)
        assert type(error) is exceptions.CloudBusy
        assert "can't be reached" in error.message


@pytest.fixture
def unused_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


def test_a_service_that_is_not_in_the_catalogue_is_named(owner):
    api = owner.api("object_store")

    with pytest.raises(exceptions.CloudError) as caught:
        api.change("POST", Query(what="Make a container", path="/things"))

    assert caught.value.status == 400
    assert caught.value.message.startswith("Make a container: ")
    assert not owner.has("object_store")
    assert owner.has("compute")


def test_a_region_without_the_service_is_like_one(sessions):
    owner = AccountView(sessions, border.an_account(), "elsewhere")

    assert refused(owner).status == 400


def test_owners_share_connections_but_no_cookies(cloud, sessions):
    cookie = {"Set-Cookie": "balancer=1; Path=/"}
    cloud.tell("GET", SERVERS, Answer(body={"servers": []}, headers=cookie))
    one, other = (
        AccountView(
            sessions,
            border.an_account(
                credential={"trust_id": trust, "user": "u-1", "project": "p-1"}
            ),
            border.REGION,
        )
        for trust in ("trust-1", "trust-2")
    )

    one.api("compute").read(READ)
    other.api("compute").read(READ)

    read = [asked for asked in cloud.asked if asked.path == SERVERS]
    assert [asked.headers["X-Auth-Token"] for asked in read] == ["token-1", "token-2"]
    assert not any("Cookie" in asked.headers for asked in cloud.asked)


def test_a_certificate_that_is_not_trusted_is_told(tmp_path):
    listener = _tls_listener(tmp_path)
    try:
        sessions = border.sessions(f"https://127.0.0.1:{listener.getsockname()[1]}")
        view = AccountView(sessions, None, border.REGION)

        error = refused(view, MAKE, "POST")
    finally:
        listener.close()

    assert type(error) is exceptions.CloudBusy
    assert "certificate isn't trusted" in error.message


def _tls_listener(directory):
    """Listen with a certificate that nobody has signed; connections are let go."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_self_signed(directory))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                plain, _address = listener.accept()
            except OSError:
                return
            try:
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener


def _self_signed(directory):
    """Write a certificate for 127.0.0.1 and its key; return both files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    cert, secret = directory / "cert.pem", directory / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, secret


@pytest.mark.parametrize(
    "given", ["http://k", "http://k/", "http://k/v3", "http://k/v3/", "http://k/v2.0"]
)
def test_keystones_address_may_come_with_a_version_or_without(given):
    assert versioned(given) == "http://k/v3"
