"""The user who is told by lifecycle hooks that nodes go, and sees them off.

Some hooks are completed in time, some twice, some too late or never, and some
with a token that isn't theirs.

process test: polls
"""

import dataclasses
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World
from tests.torture import checks
from tests.torture.ears import SILENT, Ear
from tests.torture.triggers import Door

#: How long a node waits for its hook, where it does; and when it is too late.
TIMEOUT_S = 8
LATE_S = TIMEOUT_S + 4.0
#: What the user does about a token → how often.
MANNERS = {"soon": 8, "at once": 3, "twice": 4, "never": 4, "late": 2, "cancel": 1}
MISTAKES = ("unknown", "another cluster", "not a hook")
_ANSWERS = {204: 16, 200: 4, 503: 2, SILENT: 2}
_OK = range(200, 300)
_BROKEN = 500


@dataclasses.dataclass(frozen=True, kw_only=True)
class Telling:
    """What was told once, and the status that it was answered with."""

    token: str
    body: Mapping[str, Any]
    at: float
    way: str
    status: int = 201

    @property
    def is_welcome(self) -> bool:
        """Tell whether the service could know that it was heard."""
        return self.status in _OK


@dataclasses.dataclass(frozen=True, kw_only=True)
class Completion:
    """A request to complete; it was asked and answered at these times."""

    token: str
    cluster: str
    manner: str
    at: float
    answered_at: float
    status: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Errand:
    """What is to be asked, and when."""

    due: float
    token: str
    cluster: str
    manner: str


class Usher(threading.Thread):
    """Hears tokens at an ear and in a queue, and keeps lists of what happened."""

    #: By how much it is slower than usual.
    pace = 1.0

    def __init__(
        self, door: Door, world: World, seed: int, stop: threading.Event
    ) -> None:
        super().__init__(name="usher", daemon=True)
        self.door = door
        self.world = world
        self.dice = random.Random(f"{seed}-hooks")
        self.stopping = stop
        self.ear = Ear(self._hear)
        self.tellings: list[Telling] = []
        self.completions: list[Completion] = []
        self.manners: dict[str, str] = {}
        self.surprises: list[str] = []
        #: Gives an action of the same family that waits for no hook.
        self.parent_of: Callable[[str], str | None] = lambda _token: None
        self._errands: list[_Errand] = []
        self._read: set[int] = set()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Do what is to be done until told to stop."""
        while not self.stopping.wait(0.1 * self.pace):
            self._guarded(self._read_queues)
            for errand in self._due():
                self._guarded(lambda errand=errand: self._ask(errand))
        self.ear.close()
        self._guarded(self._read_queues)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - is told at the end
            self.surprises.append(f"usher: {error!r}"[:500])

    # -- hearing ----------------------------------------------------------

    def _hear(self, _path: str, body: Any) -> int:
        """Take what a webhook tells; most of it is answered well."""
        now = time.time()
        with self._lock:
            [status] = self.dice.choices(list(_ANSWERS), list(_ANSWERS.values()))
            waits_s = self.dice.choice([0.0, 0.0, 0.5])
        token = str(body["lifecycle_action_token"])
        made = Telling(token=token, body=body, at=now, way="webhook", status=status)
        if self._note(made) == "at once":
            # Before who tells of it can have written that it was told.
            self._guarded(lambda: self._ask(self._errand(made, "at once", 0.0)))
        time.sleep(waits_s)
        return status

    def _read_queues(self) -> None:
        """Take what messages tell; none is ever taken away."""
        for row in checks.cloud_rows(self.world, tables.MESSAGES):
            if row.number in self._read:
                continue
            self._read.add(row.number)
            made = Telling(
                token=str(row.body["lifecycle_action_token"]),
                body=row.body,
                at=row.created_at,
                way="zaqar",
            )
            if self._note(made) == "at once":
                self._ask(self._errand(made, "at once", 0.0))

    def _note(self, told: Telling) -> str | None:
        """Note a telling; the first of a token decides, and returns, its manner."""
        with self._lock:
            self.tellings.append(told)
            if told.token in self.manners:
                return None
            [manner] = self.dice.choices(list(MANNERS), list(MANNERS.values()))
            self.manners[told.token] = manner
            self._errands += self._planned(told, manner)
        return manner

    def _planned(self, told: Telling, manner: str) -> list[_Errand]:
        """Return what is to be done about a token, with a mistake now and then."""
        dice = self.dice
        soon_s = dice.uniform(0.0, TIMEOUT_S * 0.6)
        found = {
            "soon": [soon_s],
            "twice": [soon_s, soon_s + dice.choice([0.0, 0.3, LATE_S])],
            "late": [LATE_S],
            "cancel": [soon_s],
        }.get(manner, [])
        planned = [self._errand(told, manner, after_s) for after_s in found]
        if dice.random() < 0.3:
            mistake = dice.choice(MISTAKES)
            planned.append(self._errand(told, mistake, dice.uniform(0.0, 2.0)))
        return planned

    def _errand(self, told: Telling, manner: str, after_s: float) -> _Errand:
        return _Errand(
            due=time.time() + after_s,
            token=told.token,
            cluster=str(told.body["cluster_id"]),
            manner=manner,
        )

    # -- asking -----------------------------------------------------------

    def _due(self) -> list[_Errand]:
        now = time.time()
        with self._lock:
            due = [one for one in self._errands if one.due <= now]
            self._errands = [one for one in self._errands if one.due > now]
        return due

    def _ask(self, errand: _Errand) -> None:
        """Ask once; what was broken is asked again."""
        found = self._aimed(errand)
        if found is None:
            return
        token, cluster = found
        asked_at = time.time()
        if errand.manner == "cancel":
            body: dict[str, Any] = {"action": {"status": "CANCELLED"}}
            status, _ = self.door.ask("PATCH", f"/v1/actions/{token}", body)
        else:
            body = {"complete_lifecycle": {"lifecycle_action_token": token}}
            status, _ = self.door.ask("POST", f"/v1/clusters/{cluster}/actions", body)
        made = Completion(
            token=token,
            cluster=cluster,
            manner=errand.manner,
            at=asked_at,
            answered_at=time.time(),
            status=status,
        )
        again = dataclasses.replace(errand, due=time.time() + 0.5)
        with self._lock:
            self.completions.append(made)
            if status >= _BROKEN:
                self._errands.append(again)

    def _aimed(self, errand: _Errand) -> tuple[str, str] | None:
        """Return token and cluster to ask for; mistakes are those of this moment."""
        token, cluster = errand.token, errand.cluster
        if errand.manner == "unknown":
            return str(uuid.uuid4()), cluster
        if errand.manner == "not a hook":
            parent = self.parent_of(token)
            return (parent, cluster) if parent else None
        if errand.manner == "another cluster":
            with self._lock:
                known = {str(one.body["cluster_id"]) for one in self.tellings}
            others = sorted(known - {cluster})
            return (token, others[0]) if others else None
        return token, cluster
