"""Those who ask for host aggregates, in one of the two manners of the API."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Caller:
    """Asks for aggregates in one of the two modes."""

    client: Any
    mode: str

    def call(self, method: str, path: str = "", body: Any = None) -> Any:
        return self.client.call(method, f"/v1/os-aggregates{path}", body)

    def create(self, name: str, zone: str | None = None) -> Any:
        given = {"name": name} | ({} if zone is None else {"availability_zone": zone})
        reply = self.call("POST", "", {"aggregate": given})
        assert reply.status == 200, reply.raw
        return reply.json["aggregate"]

    def act(self, aggregate: Any, name: str, params: Any) -> Any:
        return self.call("POST", f"/{aggregate['id']}/action", {name: params})

    def add(self, aggregate: Any, host: str) -> Any:
        return self.act(aggregate, "add_host", {"host": host})

    def remove(self, aggregate: Any, host: str) -> Any:
        return self.act(aggregate, "remove_host", {"host": host})

    def put_metadata(self, aggregate: Any, **metadata: Any) -> Any:
        return self.act(aggregate, "set_metadata", {"metadata": metadata})

    def update(self, aggregate: Any, **changes: Any) -> Any:
        return self.call("PUT", f"/{aggregate['id']}", {"aggregate": changes})

    def show(self, aggregate: Any) -> Any:
        return self.call("GET", f"/{aggregate['id']}").json["aggregate"]

    def text(self, reply: Any) -> str:
        """Return what a refusal says; each mode has a form of its own."""
        if self.mode == "clustering":
            assert reply.json["error"]["code"] == reply.status
            return reply.message
        [fault] = reply.json.values()
        assert fault["code"] == reply.status
        return fault["message"]
