"""A stepped service whose statements, commits, wake-ups and calls are counted."""

import contextlib
import dataclasses
import io
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

# WebOb imports modules that Python is about to drop; nothing of ours does.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import keystonemiddleware.auth_token  # noqa: F401
    import oslo_middleware  # noqa: F401

from senlin_like.api import app
from senlin_like.operations import clusters
from senlin_like.operations.deps import Deps
from tests.functional.configured import configure
from tests.functional.counts import stock
from tests.torture.stage import Stage

#: As many as an engine claims at once by default.
BATCH = 16
FOREVER_S = 1e6


@dataclasses.dataclass
class Tally:
    """What was done while it counted; ``BEGIN`` is no statement of ours."""

    is_on: bool = False
    commits: int = 0
    texts: list[str] = dataclasses.field(default_factory=list)

    def note(self, _connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if self.is_on and not text.startswith(("BEGIN", "PRAGMA")):
            self.texts.append(text)

    def commit(self, _connection: Any) -> None:
        self.commits += self.is_on

    @property
    def statements(self) -> int:
        return len(self.texts)

    def most(self) -> str:
        """Tell what was sent most often, for messages of failures."""
        kinds = Counter(" ".join(text.split())[:90] for text in self.texts)
        return "\n".join(f"{count} {text}" for text, count in kinds.most_common(30))

    @contextlib.contextmanager
    def counting(self) -> Iterator["Tally"]:
        self.is_on = True
        try:
            yield self
        finally:
            self.is_on = False

    def clear(self) -> None:
        self.commits = 0
        self.texts.clear()


@contextlib.contextmanager
def tallied(stage: Stage) -> Iterator[Tally]:
    """Count in the service's own database; the cloud's is another."""
    made = Tally()
    engine = stage.deps.db.engine
    sa.event.listen(engine, "before_cursor_execute", made.note)
    sa.event.listen(engine, "commit", made.commit)
    yield made
    sa.event.remove(engine, "before_cursor_execute", made.note)
    sa.event.remove(engine, "commit", made.commit)


@pytest.fixture
def tally(stage: Stage) -> Iterator[Tally]:
    """Counts in the service's own database."""
    with tallied(stage) as made:
        yield made


def ask(stage: Stage, count: int) -> tuple[str, str]:
    """Ask for a cluster of so many nodes; give its id and its action's."""
    body = {"name": f"web-{count}", "profile_id": stage.a_profile(f"p-{count}")}
    sizes = {"desired_capacity": count, "min_size": 0, "timeout": 100_000}
    accepted = clusters.create(stage.deps, stage.ctx, body | sizes)
    return accepted.record["id"], accepted.action_id


def work(stage: Stage, tally: Tally, *, until_parked: bool = False) -> int:
    """Work in full batches until nothing is left; tell how many rounds it took.

    What an engine does at every beat, whatever there is to do, isn't counted.
    """
    for number in range(1, 1000):
        stage.engine.reap()
        with tally.counting():
            stage.engine.watcher.look_once()
            runs = stage.engine.claim(BATCH)
            for run in runs:
                stage.engine.work(run)
        if runs:
            continue
        if until_parked or not stage.unfinished():
            return number
        stage.advance(1.0)
    raise AssertionError(f"it doesn't end: {stage.tell(stage.unfinished()[:9])}")


@pytest.fixture
def to_the_end(stage: Stage, tally: Tally) -> Callable[[], int]:
    """Give what works until nothing is left; tells how many rounds it took."""
    return lambda: work(stage, tally)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figures:
    """What one action of a cluster took; ``calls`` of the cloud by method."""

    nodes: int
    status: str
    rounds: int
    statements: int
    commits: int
    most: str
    messages: int
    calls: dict[str, int]
    servers_left: int


def _measured(
    stage: Stage, nodes: int, tally: Tally, sent: list[int], act: Callable[[], str]
) -> Figures:
    """Let something be done to its end, and count."""
    tally.clear()
    sent.clear()
    stage.controls.reset_counters()
    action_id = act()
    rounds = work(stage, tally)
    return Figures(
        nodes=nodes,
        status=stage.action(action_id).status,
        rounds=rounds,
        statements=tally.statements,
        commits=tally.commits,
        most=tally.most(),
        messages=len(sent),
        calls={
            method: sum(outcomes.values())
            for method, outcomes in stage.controls.counters().items()
        },
        servers_left=len(stage.servers()),
    )


@pytest.fixture(scope="module", params=[10, 100])
def figures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Figures]]:
    """Make a cluster and delete it; give the figures of both."""
    count = request.param
    ground = tmp_path_factory.mktemp("counts")
    stage = Stage(f"sqlite:///{ground}/s.db", f"sqlite:///{ground}/c.db")
    stage.make_tables()
    sent: list[int] = []
    stage.deps = dataclasses.replace(stage.deps, wake=lambda: sent.append(1))
    stage.engine = stage.new_engine()
    made: list[str] = []

    def create() -> str:
        cluster_id, action_id = ask(stage, count)
        made.append(cluster_id)
        return action_id

    def delete() -> str:
        return clusters.delete(stage.deps, stage.ctx, made[0], force=False)

    with tallied(stage) as tally:
        found = {
            act.__name__: _measured(stage, count, tally, sent, act)
            for act in (create, delete)
        }
    yield found
    stage.close()


@pytest.fixture
def parked(stage: Stage, tally: Tally) -> Callable[[int], Stage]:
    """Make a cluster of nodes whose servers take for ever to be built."""

    def make(count: int) -> Stage:
        stage.controls.put_settings({"build_seconds": FOREVER_S})
        stage.controls.reset_counters()
        ask(stage, count)
        work(stage, tally, until_parked=True)
        return stage

    return make


Get = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def get() -> Callable[[Deps], Get]:
    """Give a client of the real WSGI application on the given parts."""

    def make(deps: Deps) -> Get:
        wsgi = app.build(deps, configure())

        def send(path: str) -> tuple[int, bytes]:
            answered: list[int] = []
            chunks = wsgi(
                environ(path), lambda status, *_: answered.append(int(status[:3]))
            )
            return answered[0], b"".join(chunks)

        return send

    return make


def environ(path: str) -> dict[str, Any]:
    bare, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": bare,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_OPENSTACK_API_VERSION": "clustering latest",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }


@pytest.fixture
def store(stage: Stage) -> Callable[[int, int], dict[str, str]]:
    """Store clusters with nodes, actions and events; give an id of each kind."""

    def make(clusters_wanted: int, nodes_each: int) -> dict[str, str]:
        return stock.fill(stage.deps, clusters_wanted, nodes_each)

    return make
