"""Takes in the bodies of requests, and leaves it to the application to refuse them.

The server's own refusal is plain text, without a fault and without a request id.
"""

from typing import Any

from waitress import buffers, channel, parser, server, utilities

#: So many times what is kept of a body is read, so that a client which sends all
#: of it before it reads gets the answer. Beyond, the connection is closed.
_READ = 32


def bounds(largest: int) -> dict[str, int]:
    """Return the settings of a server that has to take bodies of ``largest`` bytes."""
    return {"max_request_body_size": max(largest * 2, 1 << 20) * _READ}


def leave_refusals(bound: Any) -> None:
    """Let the application of a bound server answer what is too large."""
    for one in [bound, *(getattr(bound, "map", None) or {}).values()]:
        if isinstance(one, server.BaseWSGIServer):
            one.channel_class = _Channel


class _Kept(buffers.OverflowableBuffer):
    """Keeps the beginning of a body and counts the rest."""

    def __init__(self, overflow: int, largest: int) -> None:
        super().__init__(overflow)
        self.largest = largest
        self.dropped = 0

    def __len__(self) -> int:
        return int(super().__len__()) + self.dropped

    def append(self, part: bytes) -> None:
        """Keep a part, or only its length."""
        if len(self) + len(part) > self.largest:
            self.dropped += len(part)
        else:
            super().append(part)


class _Request(parser.HTTPRequestParser):
    """A request whose body may be too large: it is told by its length."""

    error: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head and prepare for the body."""
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            largest = self.adj.max_request_body_size // _READ
            self.body_rcv.buf = _Kept(self.adj.inbuf_overflow, largest)

    def received(self, data: bytes) -> int:
        """Take in what has come; returns how much of it belongs to the request."""
        consumed = super().received(data)
        if isinstance(self.error, utilities.RequestEntityTooLarge):
            self.error = None
            size = max(self.content_length, self.body_bytes_received)
            self.headers["CONTENT_LENGTH"] = str(size)
            self.headers["CONNECTION"] = "close"
        return int(consumed)


class _Channel(channel.HTTPChannel):
    """A connection."""

    parser_class = _Request
