# shellcheck shell=bash
# Functions that give tests a Docker engine, and take it away again. To be sourced.
#
# provide_engine: go on with the engine that answers already (DOCKER_HOST, or the usual
# socket), or start one of our own in a temporary folder: no network, no firewall rule,
# nothing of it outside that folder. What it takes is installed with apt-get where that
# is possible. Sets SENLIN_LIKE_TEST_DOCKER_URL.
# stop_engine: stop the one that was started here, and remove its folder.

ENGINE_SECONDS=60
ENGINE_FOLDER=""
ENGINE_PID=""

engine_answers() {
    python3 - "$1" <<'PY' >/dev/null 2>&1
import socket
import sys
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
if url.scheme == "unix":
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(5)
    link.connect(url.path)
else:
    link = socket.create_connection((url.hostname, url.port), 5)
link.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
sys.exit(b" 200 " not in link.recv(64))
PY
}

use_engine() {
    SENLIN_LIKE_TEST_DOCKER_URL=$1
    export SENLIN_LIKE_TEST_DOCKER_URL
    echo "Docker engine: $1"
}

install_engine() {
    local missing=""
    command -v dockerd >/dev/null || missing="docker.io"
    command -v busybox >/dev/null || missing="$missing busybox-static"
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
    echo "Installing$([ "${missing# }" = "$missing" ] && echo ' ')$missing ..."
    # shellcheck disable=SC2086
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1
}

start_engine() {
    local url waited=0
    ENGINE_FOLDER=$(mktemp -d /tmp/engine.XXXXXX) || return 1
    url="unix://$ENGINE_FOLDER/docker.sock"
    dockerd --host "$url" --data-root "$ENGINE_FOLDER/data" \
        --exec-root "$ENGINE_FOLDER/run" --pidfile "$ENGINE_FOLDER/pid" \
        --storage-driver vfs --bridge none --iptables=false --ip6tables=false \
        >"$ENGINE_FOLDER/log" 2>&1 </dev/null &
    ENGINE_PID=$!
    until engine_answers "$url"; do
        if [ "$waited" -ge "$ENGINE_SECONDS" ] || ! kill -0 "$ENGINE_PID" 2>/dev/null; then
            tail -n 5 "$ENGINE_FOLDER/log" >&2
            return 1
        fi
        sleep 1
        waited=$((waited + 1))
    done
    use_engine "$url"
}

provide_engine() {
    local known
    for known in "${SENLIN_LIKE_TEST_DOCKER_URL:-}" "${DOCKER_HOST:-}" unix:///var/run/docker.sock; do
        [ -n "$known" ] && engine_answers "$known" && { use_engine "$known"; return 0; }
    done
    if ! install_engine; then
        echo "No Docker engine: docker.io and busybox-static can't be installed here." >&2
        return 1
    fi
    # Where a system starts what it installs, it is there now.
    engine_answers unix:///var/run/docker.sock && { use_engine unix:///var/run/docker.sock; return 0; }
    start_engine || { echo "No Docker engine: it can't be started here." >&2; return 1; }
}

stop_engine() {
    local waited=0
    if [ -n "$ENGINE_PID" ]; then
        kill "$ENGINE_PID" 2>/dev/null
        while kill -0 "$ENGINE_PID" 2>/dev/null && [ "$waited" -lt 30 ]; do
            sleep 1
            waited=$((waited + 1))
        done
        kill -9 "$ENGINE_PID" 2>/dev/null
    fi
    [ -z "$ENGINE_FOLDER" ] || rm -rf "$ENGINE_FOLDER"
    ENGINE_PID="" ENGINE_FOLDER=""
}
