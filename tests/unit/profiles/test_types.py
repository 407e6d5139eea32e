"""What all profile types say of themselves, and how they read specs."""

import hypothesis
import pytest
from hypothesis import strategies

from senlin_like import exceptions
from senlin_like.profiles.docker_container import plugin as docker
from senlin_like.profiles.heat_stack import plugin as heat
from senlin_like.profiles.nova_server import plugin as nova

TYPES = {
    "os.nova.server-1.0": (nova.NovaServer, {"flavor": "1"}),
    "os.heat.stack-1.0": (heat.HeatStack, {"template": {"a": 1}}),
    "container.dockerinc.docker-1.0": (docker.DockerContainer, {"image": "i"}),
}


def a_spec(type_name, /, **properties):
    kind, _, version = type_name.rpartition("-")
    return {"type": kind, "version": version, "properties": properties}


@pytest.fixture(params=TYPES)
def name(request):
    return request.param


@pytest.fixture
def plugin(name):
    return TYPES[name][0]()


def test_the_name_has_a_support_status(name, plugin):
    assert plugin.name == name
    assert plugin.support[name.rpartition("-")[2]][0]["since"][:2] == "20"


def test_a_small_spec_is_read_with_all_keys(name, plugin):
    read = plugin.check_spec(a_spec(name, **TYPES[name][1]))

    assert set(read) == set(plugin.schema())


def test_an_unknown_property_is_refused(name, plugin):
    spec = a_spec(name, **TYPES[name][1], bogus=1)

    with pytest.raises(
        exceptions.InvalidSpec, match="Unrecognizable spec item 'bogus'"
    ):
        plugin.check_spec(spec)


def test_an_unknown_key_of_the_context_is_refused(name, plugin):
    spec = a_spec(name, **TYPES[name][1], context={"bogus": 1})

    with pytest.raises(exceptions.InvalidSpec, match="bogus"):
        plugin.check_spec(spec)


def test_the_region_may_be_named(name, plugin):
    spec = a_spec(name, **TYPES[name][1], context={"region_name": "r"})

    assert plugin.check_spec(spec)["context"] == {"region_name": "r"}


def test_an_unknown_operation_is_refused(name, plugin):
    with pytest.raises(exceptions.Invalid, match=f"'dance'.*'{name}'"):
        plugin.check_operation("dance", {})


def test_every_operation_is_described(plugin):
    for operation in plugin.operations().values():
        assert operation["description"].endswith(".")
        assert isinstance(operation["parameters"], dict)


def test_only_updatable_properties_may_change(name, plugin):
    schema = plugin.schema()
    old = plugin.check_spec(a_spec(name, **TYPES[name][1]))
    for key, described in schema.items():
        new = {**old, key: "other"}
        if described["updatable"]:
            plugin.check_update(old, new)
        else:
            with pytest.raises(exceptions.InvalidSpec, match=key):
                plugin.check_update(old, new)


def test_secrets_of_the_context_are_masked(name, plugin):
    context = {"password": "hush", "region_name": "r"}

    shown = plugin.shown_spec(a_spec(name, **TYPES[name][1], context=context))

    assert "hush" not in str(shown)
    assert shown["properties"]["context"]["region_name"] == "r"


def test_the_administrators_password_is_masked():
    spec = a_spec("os.nova.server-1.0", flavor="1", admin_pass="hush")

    shown = nova.NovaServer().shown_spec(spec)

    assert "hush" not in str(shown)
    assert shown["properties"]["flavor"] == "1"
    assert spec["properties"]["admin_pass"] == "hush"


@hypothesis.given(
    properties=strategies.dictionaries(
        strategies.sampled_from([*nova.NovaServer().schema(), "bogus"]),
        strategies.recursive(
            strategies.none() | strategies.integers() | strategies.text(max_size=5),
            lambda inner: (
                strategies.lists(inner, max_size=3)
                | strategies.dictionaries(
                    strategies.text(max_size=8), inner, max_size=3
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_any_properties_are_read_or_refused(properties):
    plugin = nova.NovaServer()
    spec = a_spec("os.nova.server-1.0", **properties)
    try:
        read = plugin.check_spec(spec)
    except exceptions.InvalidSpec:
        return
    assert plugin.check_spec(a_spec("os.nova.server-1.0", **read)) == read


def test_the_operations_of_servers_are_those_of_the_api():
    operations = nova.NovaServer().operations()

    parameters = {
        name: sorted(described["parameters"])
        for name, described in operations.items()
        if described["parameters"]
    }
    assert len(operations) == 14
    assert parameters == {
        "reboot": ["type"],
        "change_password": ["admin_pass"],
        "rescue": ["image_ref"],
        "evacuate": ["force", "host"],
    }
    assert operations["reboot"]["parameters"]["type"] == {
        "type": "String",
        "required": False,
        "description": "SOFT asks the guest, HARD pulls the plug.",
        "default": "SOFT",
        "constraints": [{"type": "AllowedValues", "constraint": ["SOFT", "HARD"]}],
    }


def test_a_reboot_is_soft_unless_asked_otherwise():
    assert nova.NovaServer().check_operation("reboot", {}) == {"type": "SOFT"}


def test_a_bad_type_of_reboot_is_refused():
    with pytest.raises(exceptions.Invalid) as caught:
        nova.NovaServer().check_operation("reboot", {"type": "X"})

    assert caught.value.message == (
        "'X' must be one of the allowed values: SOFT, HARD."
    )


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("change_password", {}),
        ("evacuate", {"force": "perhaps"}),
        ("pause", {"a": 1}),
        ("rescue", {"image": "x"}),
    ],
)
def test_parameters_that_cannot_work_are_refused(operation, params):
    with pytest.raises(exceptions.Invalid):
        nova.NovaServer().check_operation(operation, params)


def test_only_some_properties_of_servers_are_updatable():
    schema = nova.NovaServer().schema()

    assert {key for key in schema if schema[key]["updatable"]} == {
        "admin_pass",
        "flavor",
        "image",
        "metadata",
        "name",
        "networks",
    }


def test_a_stack_needs_at_least_a_minute():
    spec = a_spec("os.heat.stack-1.0", template={"a": 1}, timeout=0)

    with pytest.raises(exceptions.InvalidSpec, match="timeout"):
        heat.HeatStack().check_spec(spec)
