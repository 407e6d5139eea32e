"""Docker engines that speak TLS, with both sides showing a certificate."""

import datetime
import ipaddress
import ssl
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.options import DockerOptions
from tests.functional.drivers import docker_stand_in
from tests.functional.drivers.docker_proxy import Proxy

pytestmark = pytest.mark.docker


def a_certificate(folder, name):
    """Write a certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(certificate), str(secret)


@pytest.fixture
def own(tmp_path):
    return a_certificate(tmp_path, "service")


@pytest.fixture
def engine(tmp_path, docker_url, own):
    """An engine that lets in who has the service's certificate."""
    certificate, key = a_certificate(tmp_path, "engine")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=own[0])
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate, key)
    proxy = Proxy(docker_url, context)
    yield certificate, proxy.port
    proxy.off()


def test_both_sides_are_known_by_their_certificates(engine, own):
    certificate, port = engine
    files = {
        "tls_ca_file": certificate,
        "tls_cert_file": own[0],
        "tls_key_file": own[1],
    }
    options = DockerOptions(
        url=f"tcp://127.0.0.1:{port}",
        uses_tls=True,
        tls_on_nodes=True,
        rules=docker_stand_in.RULES,
        **files,
    )
    engines = Engines(options, timeout_s=20.0)
    node = objects.ContainerHost(address="127.0.0.1", port=port)

    engines.check()

    assert engines.client(objects.OWN_HOST).ping()
    assert engines.client(node).ping()
    engines.close()


@pytest.mark.parametrize("lacking", ["authority", "certificate", "tls"])
def test_who_is_not_known_gets_nowhere(engine, own, lacking):
    certificate, port = engine
    options = DockerOptions(
        url=f"tcp://127.0.0.1:{port}",
        uses_tls=lacking != "tls",
        tls_ca_file=None if lacking == "authority" else certificate,
        tls_cert_file=None if lacking == "certificate" else own[0],
        tls_key_file=None if lacking == "certificate" else own[1],
    )

    with pytest.raises(exceptions.CloudBusy):
        Engines(options, timeout_s=20.0).client(objects.OWN_HOST)


def test_an_engine_on_a_node_needs_no_tls_unless_told(docker_url):
    proxy = Proxy(docker_url)
    options = DockerOptions(uses_tls=True, rules=docker_stand_in.RULES)
    engines = Engines(options, timeout_s=20.0)

    assert engines.client(
        objects.ContainerHost(address="127.0.0.1", port=proxy.port)
    ).ping()
    engines.close()
    proxy.off()


def test_without_dockers_package_that_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "docker", None)
    engines = Engines(DockerOptions(), timeout_s=20.0)

    with pytest.raises(exceptions.Invalid, match="pip install"):
        engines.check()
    with pytest.raises(exceptions.CloudError, match="pip install"):
        engines.client(objects.OWN_HOST)
