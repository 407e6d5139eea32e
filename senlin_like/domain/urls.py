"""Which addresses that users give may be asked by this service.

Text first: what a URL says. Then, when its name was resolved, the address
itself: a name can lead anywhere.
"""

import dataclasses
import ipaddress
import urllib.parse
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 2048
_SCHEMES = {"http": 80, "https": 443}
#: Where clouds tell machines their secrets, beside the link-local addresses.
_METADATA = tuple(
    ipaddress.ip_network(text) for text in ("fd00:ec2::/32", "100.100.100.200/32")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """A URL in parts; ``path`` is what is asked for, with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return host and port as the header ``Host`` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _SCHEMES[self.scheme]
        return host if usual else f"{host}:{self.port}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """Networks that may be asked, or not.

    Of the addresses in ``denied``, those in ``allowed`` may be asked; so may
    loopback and reserved ones only there. Link-local and metadata addresses
    are never asked, whatever is allowed.
    """

    allowed: Sequence[Network] = ()
    denied: Sequence[Network] = ()

    def refusal(self, address: Address) -> str | None:
        """Tell why an address isn't asked, None if it may be."""
        for one in _meanings(address):
            if one.is_link_local or _is_in(one, _METADATA):
                return f"link-local and metadata addresses are never asked: {address}"
        if _is_in(_meanings(address)[-1], self.allowed):
            return None
        for one in _meanings(address):
            if _is_special(one):
                return f"the address {address} is of a kind that isn't asked"
            if _is_in(one, self.denied):
                return f"the address {address} is denied by configuration"
        return None


def _is_special(address: Address) -> bool:
    return (
        address.is_loopback
        or address.is_multicast
        or address.is_unspecified
        or (address.is_reserved and not _is_in(address, (_NAT64,)))
    )


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in one for one in networks if one.version == address.version)


def _meanings(address: Address) -> list[Address]:
    """Return an address, and the IPv4 address that is hidden in it last."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    hidden = address.ipv4_mapped or address.sixtofour
    if hidden is None and address.teredo is not None:
        hidden = address.teredo[1]
    if hidden is None and address in _NAT64:
        hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if hidden is None:
        return [address]
    # A mapped address is nothing but the other one.
    return [hidden] if address.ipv4_mapped else [address, hidden]


def parse(url: str) -> Target:
    """Take a URL apart.

    :raises ValueError: with the reason, when it can't be asked.
    """
    if len(url) > MAX_URL:
        raise ValueError(f"it has more than {MAX_URL} characters")
    if any(ord(letter) <= 32 or ord(letter) >= 127 for letter in url):
        raise ValueError("it has blanks or characters that aren't ASCII")
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError("it has to begin with http:// or https://")
    if not parts.hostname:
        raise ValueError("it names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it has a user or a password in it")
    path = parts.path or "/"
    return Target(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port if parts.port is not None else _SCHEMES[parts.scheme],
        path=f"{path}?{parts.query}" if parts.query else path,
    )


def origin(url: str) -> str:
    """Return where a URL leads, without path and query: these may be secret.

    An empty text where it leads nowhere.
    """
    try:
        target = parse(url)
    except ValueError:
        return ""
    return f"{target.scheme}://{target.authority}"


def problem(url: str) -> str | None:
    """Tell why a URL can never be asked, as far as its text shows."""
    try:
        target = parse(url)
    except ValueError as error:
        return str(error)
    try:
        address = ipaddress.ip_address(target.host.partition("%")[0])
    except ValueError:
        return None
    anywhere = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    return Rules(allowed=anywhere).refusal(address)
