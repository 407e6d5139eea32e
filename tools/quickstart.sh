#!/usr/bin/env bash
# Install the service, start it with a simulated cloud, and show what it does; then
# the same with real containers, where a Docker engine answers.
#
# usage: tools/quickstart.sh [--tour-only] [--port N] [--state-dir DIR] [--stop]
#
#   --tour-only      stop the service after the tour; the exit status is the tour's
#   --port N         port to listen on; without it 8777, or a free one if it's taken
#   --state-dir DIR  where the databases and the log are kept; default: ./state
#                    (with --tour-only: a temporary one)
#   --stop           stop the service that an earlier run left up
#
# The engine is that of $DOCKER_HOST, or of Docker's usual socket.
# Needs Python 3.11 or newer. Nothing outside this folder is changed. Where Python
# comes without pip (Debian's and Ubuntu's does), pip is taken from the distribution's
# package python3-pip-whl, fetched with apt-get (SENLIN_LIKE_NO_APT=1 forbids it).
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/environment.sh
. "$ROOT/tools/environment.sh"

ENVIRONMENT="${SENLIN_LIKE_VENV:-$ROOT/.venv}"
DEFAULT_PORT=8777
START_SECONDS=60
STOP_SECONDS=20
TOUR_ONLY=no
STOP=no
PORT=""
STATE=""
TEMPORARY=""
SERVICE_PID=""
STARTED_HERE=no
KEEP=no

usage() { sed -n '2,/^set -u/{/^set -u/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --tour-only) TOUR_ONLY=yes ;;
            --stop) STOP=yes ;;
            --port) [ $# -ge 2 ] || die "--port wants a number."; PORT=$2; shift ;;
            --port=*) PORT=${1#*=} ;;
            --state-dir) [ $# -ge 2 ] || die "--state-dir wants a folder."; STATE=$2; shift ;;
            --state-dir=*) STATE=${1#*=} ;;
            -h | --help) usage; exit 0 ;;
            *) usage >&2; die "unknown argument '$1'." ;;
        esac
        shift
    done
    case $PORT in
        *[!0-9]*) die "--port wants a number, not '$PORT'." ;;
    esac
    if [ -n "$PORT" ] && { [ "$PORT" -lt 1 ] || [ "$PORT" -gt 65535 ]; }; then
        die "--port wants a number from 1 to 65535, not '$PORT'."
    fi
}

choose_state_dir() {
    if [ -z "$STATE" ] && [ "$TOUR_ONLY" = yes ]; then
        TEMPORARY=$(mktemp -d) || die "no temporary folder could be made."
        STATE=$TEMPORARY
    fi
    STATE=${STATE:-$ROOT/state}
    mkdir -p "$STATE" 2>/dev/null || die "the folder '$STATE' can't be made."
    STATE=$(cd "$STATE" && pwd)
    LOG="$STATE/standalone.log"
    PID_FILE="$STATE/standalone.pid"
    PORT_FILE="$STATE/standalone.port"
}

# A pid may have been given to another process since: look at the command too.
is_our_service() {
    [ -n "$1" ] && kill -0 "$1" 2>/dev/null \
        && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -q senlin-like-standalone
}

is_healthy() {
    "$ENVIRONMENT/bin/python" - "$1" <<'PY' >/dev/null 2>&1
import sys
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
opener.open(f"http://127.0.0.1:{sys.argv[1]}/healthcheck", timeout=2).close()
PY
}

# Print the port to use: the one given, which must be free, the default, or any.
free_port() {
    "$ENVIRONMENT/bin/python" - "${PORT:-}" "$DEFAULT_PORT" <<'PY'
import socket
import sys


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return probe.getsockname()[1]


wanted, default = sys.argv[1], int(sys.argv[2])
port = is_free(int(wanted)) if wanted else is_free(default) or is_free(0)
print(port or "")
sys.exit(not port)
PY
}

stop_service() {
    local pid=$1 waited=0
    is_our_service "$pid" || return 0
    kill -TERM "$pid" 2>/dev/null
    while is_our_service "$pid"; do
        [ "$waited" -lt $((STOP_SECONDS * 10)) ] || { kill -KILL "$pid" 2>/dev/null; break; }
        sleep 0.1
        waited=$((waited + 1))
    done
}

# Runs at every end, Ctrl-C included: what this run started, it stops.
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    if [ "$STARTED_HERE" = yes ] && [ "$KEEP" = no ]; then
        if is_our_service "$SERVICE_PID"; then
            stop_service "$SERVICE_PID"
            say "The service is stopped."
        fi
        rm -f "$PID_FILE" "$PORT_FILE"
    fi
    if [ -n "$TEMPORARY" ]; then
        if [ "$status" = 0 ] || [ "$status" = 130 ] || [ ! -s "$LOG" ]; then
            rm -rf "$TEMPORARY"
        else
            say "What it left for a closer look: $TEMPORARY"
        fi
    fi
    exit "$status"
}

show_log() {
    [ -s "$LOG" ] || { say "The log $LOG is empty." >&2; return; }
    { say ""; say "The end of $LOG:"; tail -n 25 "$LOG" | sed 's/^/  | /'; } >&2
}

start_service() {
    local waited=0
    SERVICE_PID=$(cat "$PID_FILE" 2>/dev/null)
    if is_our_service "$SERVICE_PID"; then
        local running
        running=$(cat "$PORT_FILE" 2>/dev/null)
        if [ -n "$PORT" ] && [ "$PORT" != "$running" ]; then
            die "a service with this state runs on port $running already." \
                "Stop it with:  tools/quickstart.sh --stop --state-dir $STATE"
        fi
        PORT=$running
        is_healthy "$PORT" || { show_log; die "the running service (pid $SERVICE_PID) doesn't answer."; }
        say "The service of an earlier run is still up on port $PORT; going on with it."
        return 0
    fi
    local asked=${PORT:-$DEFAULT_PORT}
    PORT=$(free_port) || die "port $asked is taken; leave --port away to get a free one."
    [ "$PORT" = "$asked" ] || say "Port $asked is taken; using $PORT."
    # Servers of the simulated cloud take a moment, so that there is something to see.
    OS_SIMULATED_CLOUD__BUILD_SECONDS="${OS_SIMULATED_CLOUD__BUILD_SECONDS:-1.5}" \
    OS_SIMULATED_CLOUD__BUILD_JITTER="${OS_SIMULATED_CLOUD__BUILD_JITTER:-0.3}" \
        setsid "$ENVIRONMENT/bin/senlin-like-standalone" \
        --state-dir "$STATE" --port "$PORT" >"$LOG" 2>&1 </dev/null &
    SERVICE_PID=$!
    STARTED_HERE=yes
    echo "$SERVICE_PID" >"$PID_FILE"
    echo "$PORT" >"$PORT_FILE"
    until is_healthy "$PORT"; do
        kill -0 "$SERVICE_PID" 2>/dev/null || { show_log; die "the service ended while it started."; }
        [ "$waited" -lt $((START_SECONDS * 5)) ] || { show_log; die "the service doesn't answer after $START_SECONDS seconds."; }
        sleep 0.2
        waited=$((waited + 1))
    done
}

show_what_next() {
    local stop="tools/quickstart.sh --stop"
    [ "$STATE" = "$ROOT/state" ] || stop="$stop --state-dir $STATE"
    cat <<TEXT

The service is up: http://127.0.0.1:$PORT   (log: $LOG)

Try it with curl:
  curl http://127.0.0.1:$PORT/v1/profile-types
  curl http://127.0.0.1:$PORT/v1/clusters

from Python ($ENVIRONMENT/bin/python):
  import openstack
  cloud = openstack.connect(auth_type="none", endpoint="http://127.0.0.1:$PORT")
  profile = cloud.clustering.create_profile(name="small", spec={
      "type": "os.nova.server", "version": "1.0",
      "properties": {"flavor": "1", "image": "cirros-0.4.0-x86_64-disk",
                     "networks": [{"network": "private"}]}})
  cloud.clustering.create_cluster(
      name="web", profile_id=profile.id, desired_capacity=3)
  print([node.name for node in cloud.clustering.nodes()])

with the openstack command (it gets an environment of its own at the first use):
  tools/openstack.sh --port $PORT cluster list

Stop it:
  $stop
TEXT
}

stop_earlier() {
    local pid
    pid=$(cat "$PID_FILE" 2>/dev/null)
    if is_our_service "$pid"; then
        stop_service "$pid"
        say "The service (pid $pid) is stopped; its state stays in $STATE."
    else
        say "No service is running with the state in $STATE."
    fi
    rm -f "$PID_FILE" "$PORT_FILE"
}

main() {
    read_arguments "$@"
    choose_state_dir
    if [ "$STOP" = yes ]; then
        stop_earlier
        return 0
    fi
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if ! is_installed "$ENVIRONMENT" docker; then
        local began=$SECONDS
        say "Installing into $ENVIRONMENT (takes about a minute, once) ..."
        install_project "$ENVIRONMENT" docker
        say "Installed ($((SECONDS - began)) s)."
    fi
    start_service
    if ! "$ENVIRONMENT/bin/python" "$ROOT/tools/tour.py" "http://127.0.0.1:$PORT"; then
        show_log
        die "the tour didn't reach its end; the reason stands above."
    fi
    "$ENVIRONMENT/bin/python" "$ROOT/tools/docker_tour.py" \
        || die "the tour with real containers didn't reach its end; the reason stands above."
    if [ "$TOUR_ONLY" = no ]; then
        KEEP=yes
        show_what_next
    fi
}

main "$@"
