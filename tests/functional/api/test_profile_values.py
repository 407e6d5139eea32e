"""Values of a server's spec: addresses are addresses, secrets aren't repeated."""

import pytest

SECRET = "S3cr3tPW2"


def _both(client, spec):
    profile = {"name": "q", "spec": spec}
    return [
        client.post("/v1/profiles", {"profile": profile}),
        client.post("/v1/profiles/validate", {"profile": {"spec": spec}}),
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {"admin_pass": [SECRET]},
        {"admin_pass": {"a": SECRET}},
        {"user_data": [SECRET]},
        {"personality": SECRET},
        {"personality": [[SECRET]]},
        {"personality": [{"path": "/a", "contents": [SECRET]}]},
        {"context": [{"password": SECRET}]},
        [{"admin_pass": SECRET}],
    ],
)
def test_a_refusal_does_not_repeat_a_secret(client, spec, properties):
    if isinstance(properties, dict):
        spec["properties"].update(properties)
    else:
        spec["properties"] = properties

    for reply in _both(client, spec):
        assert reply.status == 400
        assert SECRET not in reply.raw.decode()
        assert "'********' is not a" in reply.message


@pytest.mark.parametrize("key", ["fixed_ip", "floating_ip"])
@pytest.mark.parametrize("address", ["notip", "10.0.0.256", "10.0.0.0/24", "fe80::1%1"])
def test_an_address_has_to_be_one(client, spec, key, address):
    spec["properties"]["networks"] = [
        {"network": "private", "floating_network": "public", key: address}
    ]

    for reply in _both(client, spec):
        assert (reply.status, reply.message) == (
            400,
            f"The specified {key} '{address}' is not an IP address.",
        )


@pytest.mark.parametrize("address", ["10.0.0.77", "2001:db8::7"])
def test_an_address_is_taken(client, spec, address):
    spec["properties"]["networks"] = [{"network": "private", "fixed_ip": address}]

    assert [reply.status for reply in _both(client, spec)] == [201, 200]
