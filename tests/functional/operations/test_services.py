import uuid

import sqlalchemy as sa

from senlin_like.db.types import db_now
from senlin_like.db.work_models import Service
from senlin_like.operations import services


def test_services_are_up_while_they_give_signs_of_life(with_settings):
    deps = with_settings(service_down_time=60)
    now = deps.clock()
    for host, age in (("a", 0.0), ("b", 3600.0)):
        row = sa.insert(Service).values(
            id=str(uuid.uuid4()),
            host=host,
            binary="senlin-engine",
            topic="senlin-engine",
            disabled=host == "b",
            disabled_reason=None,
            created_at=now,
            updated_at=now,
            seen_at=db_now() - age,
        )
        deps.db.transact(lambda one, row=row: one.execute(row))

    listed = {one["host"]: one for one in services.list_all(deps)}

    assert (listed["a"]["state"], listed["a"]["status"]) == ("up", "enabled")
    assert (listed["b"]["state"], listed["b"]["status"]) == ("down", "disabled")
    assert set(listed["a"]) == {
        "id",
        "host",
        "binary",
        "topic",
        "disabled_reason",
        "status",
        "state",
        "updated_at",
    }
