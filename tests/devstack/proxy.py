"""Apache's part: passes requests on to uWSGI as the sites' files say.

``ProxyPass "PATH" "unix:SOCKET|uwsgi://NAME"`` is all it knows of Apache. What
comes after PATH is PATH_INFO, as mod_proxy_uwsgi has it. Files are read with each
request, so nothing has to be restarted.
"""

import http.server
import pathlib
import re
import socket
import struct
import urllib.parse

PROXY_PASS = re.compile(r'^ProxyPass "([^"]+)" "unix:([^|]+)\|uwsgi:', re.MULTILINE)
BACK_S = 120


def make_handler(sites):
    """Return the class that answers requests by the files of a folder."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            self.close_connection = True
            target = find(sites, self.path)
            if target is None:
                self.send_error(404)
                return
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as back:
                    back.settimeout(BACK_S)
                    back.connect(target[1])
                    back.sendall(packet(variables(self, target[0], length)) + body)
                    while chunk := back.recv(65536):
                        self.wfile.write(chunk)
            except OSError:
                self.send_error(503)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's

        def log_message(self, *arguments):
            """Tests have logs enough."""

    return Handler


def find(sites, url):
    """Return the prefix and the socket for an address, None if there is none."""
    path = urllib.parse.urlsplit(url).path
    for site in sorted(pathlib.Path(sites).glob("*.conf")):
        for prefix, target in PROXY_PASS.findall(site.read_text()):
            if path == prefix or path.startswith(f"{prefix}/"):
                return prefix, target
    return None


def variables(request, prefix, length):
    """Return the WSGI variables of a request."""
    parts = urllib.parse.urlsplit(request.path)
    host, port = request.server.server_address[:2]
    found = {
        "REQUEST_METHOD": request.command,
        "REQUEST_URI": request.path,
        "QUERY_STRING": parts.query,
        "SCRIPT_NAME": prefix,
        "PATH_INFO": urllib.parse.unquote(parts.path[len(prefix) :]),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(length) if length else "",
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": request.request_version,
        "REMOTE_ADDR": request.client_address[0],
    }
    for name, value in request.headers.items():
        found[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return found


def packet(found):
    """Encode variables in the uwsgi protocol."""
    block = b"".join(
        struct.pack("<H", len(text)) + text
        for pair in found.items()
        for text in (one.encode("latin-1") for one in pair)
    )
    return struct.pack("<BHB", 0, len(block), 0) + block


def serve(sites, port=0):
    """Return a server for the sites of a folder; it listens but doesn't serve yet."""
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), make_handler(sites))
