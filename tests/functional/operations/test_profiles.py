import pytest

from senlin_like import exceptions
from senlin_like.db import credentials
from senlin_like.db.models import Profile
from senlin_like.db.paging import Page
from senlin_like.operations import clusters, profiles


def test_a_profile_is_stored_and_shown(deps, ctx, a_spec):
    spec = a_spec() | {"version": 1.0}

    made = profiles.create(deps, ctx, name="pro", spec=spec, metadata={"k": "v"})

    assert made["spec"] == spec
    assert made["type"] == "os.nova.server-1.0"
    assert (made["project"], made["domain"]) == ("red", "default")
    assert made["metadata"] == {"k": "v"}
    assert made["updated_at"] is None
    assert profiles.get(deps, ctx, "pro") == made
    assert profiles.get(deps, ctx, made["id"][:8]) == made
    assert profiles.list_page(deps, ctx, Page(), {"type": [made["type"]]}) == [made]


def test_secrets_are_sealed_and_masked(deps, ctx, a_spec, tmp_path):
    spec = a_spec(admin_pass="s3cret-of-alice", context={"region_name": "RegionOne"})

    made = profiles.create(deps, ctx, name="pro", spec=spec, metadata=None)

    shown = [
        made,
        profiles.get(deps, ctx, "pro"),
        *profiles.list_page(deps, ctx, Page(), {}),
        profiles.validate(deps, ctx, spec=spec),
        profiles.update(deps, ctx, "pro", {"name": "other"}),
    ]
    assert "s3cret-of-alice" not in str(shown)
    deps.db.dispose()
    files = tmp_path.glob("senlin.db*")
    assert not any(b"s3cret-of-alice" in path.read_bytes() for path in files)


def test_the_region_of_the_spec_is_asked(deps, ctx, a_spec):
    spec = a_spec(context={"region_name": "Nowhere"})

    with pytest.raises(
        exceptions.InvalidSpec, match=r"^Failed in creating profile pro"
    ):
        profiles.create(deps, ctx, name="pro", spec=spec, metadata=None)


def test_an_unknown_property_is_refused_with_the_name(deps, ctx, a_spec):
    spec = a_spec(bogus="x")

    with pytest.raises(exceptions.InvalidSpec) as refusal:
        profiles.create(deps, ctx, name="pro", spec=spec, metadata=None)

    assert refusal.value.message == (
        "Failed in creating profile pro: Unrecognizable spec item 'bogus'"
    )
    with pytest.raises(exceptions.InvalidSpec) as refusal:
        profiles.validate(deps, ctx, spec=spec)
    assert refusal.value.message == "Unrecognizable spec item 'bogus'"


def test_what_the_cloud_lacks_is_refused_bare(deps, ctx, a_spec, count_rows):
    spec = a_spec(flavor="x")

    with pytest.raises(exceptions.InvalidSpec) as refusal:
        profiles.create(deps, ctx, name="pro", spec=spec, metadata=None)

    assert refusal.value.message == "The specified flavor 'x' could not be found."
    assert count_rows(Profile) == 0


@pytest.mark.parametrize("missing", ["type", "version"])
def test_a_spec_without_type_or_version_is_refused(deps, ctx, a_spec, missing):
    spec = a_spec()
    del spec[missing]

    with pytest.raises(exceptions.InvalidSpec, match=f"The '{missing}' key is missing"):
        profiles.create(deps, ctx, name="pro", spec=spec, metadata=None)


def test_an_unknown_type_is_not_found(deps, ctx, a_spec):
    spec = a_spec(type="os.no.such")

    with pytest.raises(exceptions.NotFound) as refusal:
        profiles.validate(deps, ctx, spec=spec)

    assert refusal.value.message == (
        "The profile_type 'os.no.such-1.0' could not be found."
    )


def test_validation_stores_nothing(deps, ctx, a_spec, count_rows):
    record = profiles.validate(deps, ctx, spec=a_spec())

    assert record["name"] == "validated_profile"
    assert (record["id"], record["metadata"], record["created_at"]) == (None,) * 3
    assert count_rows(Profile) == 0


def test_a_revoked_permission_is_renewed(deps, ctx, a_spec):
    profiles.validate(deps, ctx, spec=a_spec())
    old = credentials.for_owner(deps.db, "alice", "red")
    deps.driver.identity.revoke(old)

    profiles.validate(deps, ctx, spec=a_spec())

    assert credentials.for_owner(deps.db, "alice", "red") != old


def test_a_name_may_have_to_be_unique(with_settings, ctx, stranger, a_spec):
    deps = with_settings(name_unique=True)
    profiles.create(deps, ctx, name="pro", spec=a_spec(), metadata=None)

    with pytest.raises(exceptions.Invalid, match="named 'pro' already exists"):
        profiles.create(deps, ctx, name="pro", spec=a_spec(), metadata=None)

    profiles.create(deps, stranger, name="pro", spec=a_spec(), metadata=None)


def test_name_and_metadata_can_be_changed(deps, ctx, a_profile):
    a_profile()

    named = profiles.update(deps, ctx, "pro", {"name": "new", "metadata": None})

    assert (named["name"], named["metadata"]) == ("new", None)
    assert named["updated_at"] is not None
    assert profiles.get(deps, ctx, "new") == named


@pytest.mark.parametrize(
    "changes", [{}, {"name": "pro"}, {"name": None}, {"metadata": {}}]
)
def test_an_update_must_change_something(deps, ctx, a_profile, changes):
    a_profile()

    with pytest.raises(exceptions.Invalid, match=r"^No property needs an update.$"):
        profiles.update(deps, ctx, "pro", changes)


def test_a_profile_in_use_is_not_deleted(deps, ctx, a_profile, a_node):
    row = a_profile()
    clusters.create(deps, ctx, {"name": "web", "profile_id": "pro"})

    with pytest.raises(exceptions.ResourceInUse) as refusal:
        profiles.delete(deps, ctx, "pro")

    assert refusal.value.message == (
        f"The profile '{row['id']}' cannot be deleted: still referenced by some "
        "clusters and/or nodes."
    )
    other = a_profile("other")
    a_node(profile_id=other["id"])
    with pytest.raises(exceptions.ResourceInUse):
        profiles.delete(deps, ctx, "other")


def test_a_free_profile_is_deleted(deps, ctx, a_profile):
    a_profile()

    profiles.delete(deps, ctx, "pro")

    with pytest.raises(exceptions.NotFound):
        profiles.get(deps, ctx, "pro")


@pytest.mark.parametrize("verb", ["get", "update", "delete"])
def test_other_projects_see_nothing(deps, stranger, a_profile, verb):
    row = a_profile()
    extra = ({"name": "x"},) if verb == "update" else ()

    for identity in (row["id"], row["id"][:8], "pro"):
        with pytest.raises(exceptions.NotFound):
            getattr(profiles, verb)(deps, stranger, identity, *extra)

    assert profiles.list_page(deps, stranger, Page(), {}) == []
    assert len(profiles.list_page(deps, stranger.widened(), Page(), {})) == 1


def test_several_of_a_name_are_ambiguous(deps, ctx, a_profile):
    a_profile()
    a_profile()

    with pytest.raises(exceptions.MultipleChoices):
        profiles.get(deps, ctx, "pro")


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "%", "_", "a" * 5000, "ABC"])
def test_odd_identities_are_not_found(deps, ctx, a_profile, text):
    a_profile()

    with pytest.raises(exceptions.NotFound):
        profiles.get(deps, ctx, text)
