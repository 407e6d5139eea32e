"""Stand in for an image service, since ``openstack aggregate cache image`` asks one.

It knows the images of a new simulated cloud, and does no more than a client needs
to find them by name or id: nobody is asked for a token.  The service under test
never talks to it.
"""

import argparse
import contextlib
import http
import http.server
import json
import pathlib
import sys
import urllib.parse
from collections.abc import Iterator
from typing import Any

import environments
import processes

START_TIMEOUT_S = 30
#: Id → name; a new simulated cloud always has them like this.
IMAGES = {
    "9380ea4a-68db-5e3b-b91e-c459d87daac7": "cirros-0.4.0-x86_64-disk",
    "6c6b88cc-cdea-5711-887b-15b51fdd205a": "new_image",
}


@contextlib.contextmanager
def running(work_dir: pathlib.Path) -> Iterator[str]:
    """Keep the images up inside the block, and give their address.

    :raises processes.ProgramError: when the program doesn't answer.
    """
    port = environments.free_port()
    program = processes.Program(
        name="images",
        command=[sys.executable, str(pathlib.Path(__file__).resolve()), str(port)],
        run_dir=work_dir / "log",
    )
    url = f"http://127.0.0.1:{port}"
    with processes.running(program) as started:
        processes.wait_for_answer(started, url, START_TIMEOUT_S)
        yield url


def answer(root: str, target: str) -> dict[str, Any] | None:
    """Return what is at a path with its query; None if there is nothing.

    ``root`` is the address without a path.
    """
    parts = urllib.parse.urlsplit(target)
    match parts.path.strip("/").split("/"):
        case [""] | ["v2"]:
            links = [{"rel": "self", "href": f"{root}/v2/"}]
            version = {"id": "v2.0", "status": "CURRENT", "links": links}
            return {"versions": [version]}
        case ["v2", "images"]:
            names = urllib.parse.parse_qs(parts.query).get("name", IMAGES.values())
            found = [_image(one) for one, name in IMAGES.items() if name in names]
            return {"images": found}
        case ["v2", "images", image] if image in IMAGES:
            return _image(image)
    return None


def _image(image: str) -> dict[str, Any]:
    """Describe an image."""
    return {"id": image, "name": IMAGES[image], "status": "active", "os_hidden": False}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every GET."""

    def do_GET(self) -> None:
        """Send what is at the path, or 404."""
        found = answer(f"http://{self.headers['Host']}", self.path)
        status = http.HTTPStatus.OK if found else http.HTTPStatus.NOT_FOUND
        text = json.dumps(found or {"message": "No such image"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def main() -> int:
    """Run from the command line until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="on the loopback interface")
    options = parser.parse_args()
    where = ("127.0.0.1", options.port)
    http.server.ThreadingHTTPServer(where, Handler).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
