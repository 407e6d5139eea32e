"""Tells how servers are, many with few calls.

What was seen of an account's servers is kept, and only what has changed since is
asked for. Clocks differ and changes are written down late: so what is asked for
overlaps, and from time to time everything is read. A server is only said to be
gone when Nova says so of it, or has shown a whole list without it. The latter
holds until everything is read again, and each until a list shows the server: lists
leave out servers that can be restored, and a database may lag behind.
"""

import datetime
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.base import GONE, Observed
from senlin_like.drivers.openstack import server_lists, server_views
from senlin_like.drivers.openstack.account import Api
from senlin_like.drivers.openstack.gathering import Gathering
from senlin_like.drivers.openstack.server_lists import FEW, Listed, Told

LOG = logging.getLogger(__name__)

#: For how long changes are asked for again.
OVERLAP_S = 60.0
#: Age at which what is known is read anew.
FULL_EVERY_S = 600.0
#: Nodes whose ports are asked for at once: each takes 70 characters of the address.
_MOST_NODES = 20
#: Accounts that something is kept of.
_MOST_ACCOUNTS = 256
#: Servers of an account that Nova has said of to be gone.
_MOST_GONE = 10_000


def since(moment: datetime.datetime) -> list[tuple[str, str]]:
    """Make the filter for what has changed since a moment, gone servers too."""
    return [("changes-since", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))]


class Looks:
    """What is known of one account's servers; safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.shared = server_lists.SharedList()
        self.ports: Gathering[list[objects.Port]] = Gathering(_MOST_NODES)
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, Observed] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._left_out: set[str] = set()
        self._asked: datetime.datetime | None = None
        self._read_at = 0.0

    def look(self, api: Api, ids: Collection[str]) -> Mapping[str, Observed]:
        """Tell how servers are; every id has an entry.

        A server that can't be asked while others can is ``UNKNOWN``.
        """
        if not ids:
            return {}
        if len(ids) <= FEW:
            return _look_at_each(api, ids)
        with self._lock:
            is_whole = self._refresh(api)
            missing = self._missing(ids)
            if len(missing) > FEW and not is_whole:
                is_whole = self._read_anew(api)
                missing = self._missing(ids)
            if is_whole:
                self._left_out.update(missing)
                missing = []
            found = {one: self._known(one) for one in ids if one not in missing}
        if missing:
            seen = _look_at_each(api, missing, is_all=not found)
            with self._lock:
                self._keep_gone(one for one in missing if seen[one].status == GONE)
            found |= seen
        return found

    def read(self, api: Api, ids: Collection[str]) -> dict[str, Told]:
        """Read servers with all that a list shows; those that are gone are left out.

        :raises CloudBusy: when one of them can't be asked now.
        """
        found: dict[str, Told] = {}
        if len(ids) > FEW:
            listed = self.shared.read(api)
            shown = server_lists.present(listed)
            found = {one["id"]: one for one in shown if one["id"] in ids}
            missing = [] if listed.is_whole else [i for i in ids if i not in found]
            if len(missing) > FEW:
                seen = self.look(api, missing)
                missing = [one for one in missing if seen[one].status != GONE]
            ids = missing
        found |= server_lists.read_each(api, ids)
        for told in found.values():
            if server_views.is_partial(told):
                raise exceptions.CloudBusy(f"Server {told['id']} can't be asked now.")
        return found

    def _missing(self, ids: Iterable[str]) -> list[str]:
        known = (self._seen, self._gone, self._left_out)
        return [one for one in ids if not any(one in kept for kept in known)]

    def _known(self, server_id: str) -> Observed:
        return self._seen.get(server_id) or Observed(id=server_id, status=GONE)

    def _refresh(self, api: Api) -> bool:
        """Learn what has changed; tells whether no server can be missing."""
        is_old = self._clock() - self._read_at > FULL_EVERY_S
        if self._asked is None or is_old:
            return self._read_anew(api)
        begin = self._asked - datetime.timedelta(seconds=OVERLAP_S)
        try:
            changed = server_lists.read_all(api, since(begin))
        except server_lists.ListBroke:
            return self._read_anew(api)
        self._learn(changed)
        self._asked = max(changed.at, self._asked)
        return False

    def _read_anew(self, api: Api) -> bool:
        read_at = self._clock()
        listed = server_lists.read_all(api)
        self._seen.clear()
        self._left_out.clear()
        self._learn(listed)
        self._asked, self._read_at = listed.at, read_at
        return listed.is_whole

    def _learn(self, listed: Listed) -> None:
        for told in listed.servers:
            seen = server_views.observed(told)
            if seen.status == GONE:
                self._seen.pop(seen.id, None)
                self._keep_gone([seen.id])
            else:
                self._seen[seen.id] = seen
                self._gone.pop(seen.id, None)

    def _keep_gone(self, ids: Iterable[str]) -> None:
        for one in ids:
            self._gone[one] = None
        while len(self._gone) > _MOST_GONE:
            self._gone.popitem(last=False)


def _look_at_each(
    api: Api, ids: Collection[str], *, is_all: bool = True
) -> dict[str, Observed]:
    """Look at servers one by one.

    At the first that can't be asked it ends: the others are likely to be as slow.

    :raises CloudError: when these are all, and none could be asked.
    """
    found: dict[str, Observed] = {}
    reason = ""
    for one in ids:
        if not reason:
            try:
                told = server_lists.read_one(api, one)
                found[one] = server_views.observed(told)
            except exceptions.CloudNotFound:
                found[one] = Observed(id=one, status=GONE)
            except exceptions.TrustNotFound:
                raise
            except exceptions.CloudError as error:
                if is_all and not found:
                    raise
                LOG.warning("Server %s can't be looked at: %s", one, error.message)
                reason = error.message
        if one not in found:
            unknown = server_views.UNKNOWN
            found[one] = Observed(id=one, status=unknown, reason=reason)
    return found


class Memory:
    """What is known of the servers of all accounts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: OrderedDict[tuple[str, str, str | None], Looks] = OrderedDict()

    def of(self, account: base.Account, region: str | None) -> Looks:
        """Return what is known of an account's servers in a region."""
        key = (account.user, account.project, region)
        with self._lock:
            looks = self._looks.setdefault(key, Looks())
            self._looks.move_to_end(key)
            while len(self._looks) > _MOST_ACCOUNTS:
                self._looks.popitem(last=False)
        return looks
