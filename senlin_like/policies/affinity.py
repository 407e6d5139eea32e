"""``senlin.policy.affinity``: nodes close together, or far from each other.

A group that is there already is used and stays; one that isn't is made with the
binding and goes with it. That it is about to be made is written down first, so
that an attempt that was cut off can tell its own from others'.
"""

from collections.abc import Mapping, Sequence

from senlin_like import exceptions
from senlin_like.domain import plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.drivers import base as clouds
from senlin_like.drivers import ledger, objects
from senlin_like.policies import base, references
from senlin_like.policies.references import Reference

PROPERTIES: specs.Schema = {
    "servergroup": specs.Map(
        description="The server group that the nodes are in.",
        schema={
            "name": specs.String(description="Name of the server group."),
            "policies": specs.String(
                description="How the group's servers are placed.",
                default="anti-affinity",
                constraints=specs.one_of(
                    "affinity", "soft-affinity", "anti-affinity", "soft-anti-affinity"
                ),
            ),
        },
    ),
    "availability_zone": specs.String(
        description="Availability zone that the nodes are in."
    ),
    "enable_drs_extension": specs.Boolean(
        description="Whether to use hosts with VMware's resource scheduler; "
        "a policy that says so can't be attached.",
        default=False,
    ),
}


class Affinity(base.Plain):
    """Whether the servers of a cluster share hosts."""

    name = "senlin.policy.affinity"
    spec_schema = PROPERTIES
    priority = 300
    profile_types = ("os.nova.server-1.0",)
    has_hooks = True
    targets = frozenset({Kind.CLUSTER_SCALE_OUT, Kind.CLUSTER_RESIZE, Kind.NODE_CREATE})
    support: Mapping[str, base.Statuses] = {"1.0": base.supported("2016.10")}

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Find nothing wrong: what has the right shape makes sense."""
        return None

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return the availability zone, if there is one."""
        return references.one(
            references.Kind.AVAILABILITY_ZONE, properties["availability_zone"]
        )

    def misfit(self, properties: base.Properties, profile_type: str) -> str | None:
        """Tell that the profile type doesn't fit, or hosts that can't be found."""
        if properties["enable_drs_extension"]:
            return (
                "Hosts with VMware's resource scheduler can't be told from others: "
                "'enable_drs_extension' must be false. An availability zone of such "
                "hosts can be named instead."
            )
        return super().misfit(properties, profile_type)

    def attach(self, ask: base.HookAsk) -> base.Step:
        """Find the server group, or make it.

        :raises CloudError: when a group of that name has another policy.
        """
        groups = ask.cloud.compute
        wanted = ask.properties["servergroup"] or {}
        rule = wanted.get("policies") or "anti-affinity"
        if ask.turn.memo:
            return _make(groups, ask, ask.turn.memo["make"], rule)
        hints = ask.cluster.profile_properties.get("scheduler_hints") or {}
        name = wanted.get("name") or hints.get("group")
        found = _find(groups, name) if name else None
        if found is None:
            made = name or _own_name(ask)
            return base.Again(
                wait=None,
                memo={"make": made},
                patch=base.Patch(data={"made_group": made}),
            )
        if list(found.policies[:1]) != [rule]:
            raise exceptions.CloudError(
                f"Server group '{name}' has the policy '{', '.join(found.policies)}', "
                f"not '{rule}'.",
                409,
            )
        return base.Done(patch=_kept(found, is_inherited=True))

    def detach(self, ask: base.HookAsk) -> base.Step:
        """Delete the server group, unless it was there before."""
        data = ask.data
        if data.get("made_group") and not data.get("inherited_group"):
            groups = ask.cloud.compute
            group_id = data.get("servergroup_id")
            if group_id is None:
                found = _find(groups, data["made_group"])
                group_id = found.id if found is not None else None
            if group_id is not None:
                groups.delete_server_group(group_id)
        return base.Done(patch=base.Patch(data=dict.fromkeys(data)))

    def strays(self, ask: base.HookAsk, since: float) -> Sequence[str]:
        """Return ids of unused groups with the name that only the binding has.

        A second group of a name that a user has chosen may be anybody's, for
        clouds say neither who made a group nor when: such groups stay.
        """
        used = ask.data.get("servergroup_id")
        return [
            one.id
            for one in ask.cloud.compute.list_server_groups(_own_name(ask))
            if one.id != used and not one.server_ids
        ]

    def remove_stray(self, ask: base.HookAsk, object_id: str) -> None:
        """Delete a group."""
        ask.cloud.compute.delete_server_group(object_id)

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Put all new nodes into the server group, and the zone if there is one.

        A group is known in its own region only.
        """
        group = policy.data.get("servergroup_id")
        zone = policy.properties["availability_zone"]
        if ask.create <= 0 or not (group or zone):
            return plan.Decision()
        foreign = _foreign(policy, facts, ask)
        if group and foreign:
            return Refusal(
                reason=f"Server group {group} is in the region '{policy.region}', so "
                f"no node in the region '{foreign}' can be in it."
            )
        place = plan.Place(group=group, zone=zone)
        told = [f"server group {group}"] if group else []
        told += [f"zone {zone}"] if zone else []
        reason = f"{ask.create} nodes in {' and '.join(told)}."
        return plan.Decision(places=(place,) * ask.create, reasons=(reason,))


def _foreign(policy: plan.Attached, facts: plan.Facts, ask: plan.Ask) -> str | None:
    """Return another region than the policy's in which a node is to be, or None."""
    if policy.region is None:
        return None
    decided = [one.region for one in ask.decided.places[: ask.create]]
    decided += [None] * (ask.create - len(decided))
    wanted = {region or facts.region for region in decided} - {None, policy.region}
    return min((one for one in wanted if one), default=None)


def _own_name(ask: base.HookAsk) -> str:
    """Return the name of a group for which none was chosen."""
    return f"{ledger.GROUP_NAME}{ask.binding_id}"


def _find(groups: clouds.Compute, name: str) -> objects.ServerGroup | None:
    try:
        return groups.find_server_group(name)
    except exceptions.CloudNotFound:
        return None


def _make(groups: clouds.Compute, ask: base.HookAsk, name: str, rule: str) -> base.Step:
    """Make the group, unless an earlier try has."""
    made = _find(groups, name) if ask.turn.is_retry else None
    if made is None:
        made = groups.create_server_group(name, [rule])
    return base.Done(patch=_kept(made, is_inherited=False))


def _kept(group: objects.ServerGroup, *, is_inherited: bool) -> base.Patch:
    return base.Patch(
        data={"servergroup_id": group.id, "inherited_group": is_inherited}
    )
