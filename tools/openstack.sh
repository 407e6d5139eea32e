#!/usr/bin/env bash
# Run the openstack command against a service that wants no authentication.
#
# usage: tools/openstack.sh [--port N] ARGUMENT...
#   e.g. tools/openstack.sh cluster list
#
# The "cluster" commands come from python-senlinclient 3.1.0, which is retired and
# needs the releases of its time; they get an environment of their own.
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/environment.sh
. "$ROOT/tools/environment.sh"

ENVIRONMENT="$ROOT/.venv-openstack"
CONSTRAINTS="$ROOT/tests/tempest/constraints-openstackclient.txt"
PORT=$(cat "$ROOT/state/standalone.port" 2>/dev/null || echo 8777)
if [ "${1:-}" = --port ]; then
    PORT=${2:?--port wants a number}
    shift 2
fi

if [ ! -f "$ENVIRONMENT/.installed" ]; then
    say "Installing the openstack command into $ENVIRONMENT ..." >&2
    make_environment "$ENVIRONMENT"
    pip_install "$ENVIRONMENT" --constraint "$CONSTRAINTS" \
        python-openstackclient python-senlinclient setuptools >"$ENVIRONMENT.log" 2>&1 \
        || { tail -n 20 "$ENVIRONMENT.log" >&2; die "the installation failed."; }
    rm -f "$ENVIRONMENT.log"
    touch "$ENVIRONMENT/.installed"
fi
exec "$ENVIRONMENT/bin/openstack" --os-auth-type none \
    --os-endpoint "http://127.0.0.1:$PORT" "$@"
