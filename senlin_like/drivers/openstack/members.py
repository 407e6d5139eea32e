"""Octavia: the members of pools."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import balancing
from senlin_like.drivers.openstack.account import Query
from senlin_like.drivers.openstack.octavia import POOL, Octavia, Target

LOG = logging.getLogger(__name__)


def list_all(octavia: Octavia, pool_id: str) -> list[balancing.Member]:
    """Return the members of a pool."""
    return [_member(one) for page in octavia.members(pool_id) for one in page]


def put(
    octavia: Octavia,
    pool_id: str,
    members: Sequence[balancing.MemberRequest],
    *,
    additive: bool,
) -> None:
    """Make and change members, in one call however many they are.

    Octavia has known ``additive_only`` since version 2.11 (Train); an older one
    refuses it, and does nothing.
    """
    target = Target(collection=POOL, id=pool_id)
    query = Query(
        what=f"Changing the members of pool {pool_id}",
        path=f"{target.path}/members",
        params={"additive_only": "true"} if additive else None,
        body={"members": [_wanted(one) for one in members]},
    )
    octavia.change("PUT", query, target)


def delete(octavia: Octavia, pool_id: str, member_id: str) -> None:
    """Take one member out of a pool; not an error if it is gone.

    :raises CloudNotFound: when the pool is.
    """
    target = Target(collection=POOL, id=pool_id)
    query = Query(
        what=f"Deleting member {member_id} of pool {pool_id}",
        path=f"{target.path}/members/{member_id}",
    )
    try:
        octavia.change("DELETE", query, target)
    except exceptions.CloudNotFound:
        if not octavia.owns(target):
            raise
        LOG.info("Member %s of pool %s is gone already.", member_id, pool_id)


def _wanted(member: balancing.MemberRequest) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "address": member.address,
        "protocol_port": member.port,
        "name": member.name,
        "weight": member.weight,
        "tags": list(member.tags),
    }
    if member.subnet_id is not None:
        wanted["subnet_id"] = member.subnet_id
    return wanted


def _member(told: Mapping[str, Any]) -> balancing.Member:
    return balancing.Member(
        id=told["id"],
        address=told["address"],
        port=told["protocol_port"],
        name=told.get("name") or "",
        subnet_id=told.get("subnet_id"),
        weight=told["weight"],
        tags=tuple(told.get("tags") or ()),
        operating_status=told["operating_status"],
    )
