#!/usr/bin/env bash
# Run the plugin through the phases of stack.sh, unstack.sh or clean.sh.
#
# usage: cycle.sh stack|unstack|clean
#
# DEST is a folder for everything; the variables that functions names, and those
# that a local.conf would set, come with the environment.
set -o errexit

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/devstack/functions
source "$TOP/tests/devstack/functions"

ENABLED_SERVICES=${ENABLED_SERVICES:-key,mysql,rabbit,tempest}
STACK_USER=$(id -un)
SERVICE_HOST=${SERVICE_HOST:-127.0.0.1}
SERVICE_PROTOCOL=http
SERVICE_PROJECT_NAME=service
SERVICE_DOMAIN_NAME=Default
SERVICE_TIMEOUT=${SERVICE_TIMEOUT:-60}
REGION_NAME=RegionOne
API_WORKERS=2
ENABLE_DEBUG_LOG_LEVEL=True
SSL_BUNDLE_FILE=$DEST/ca-bundle.pem
DEVSTACK_VENV=$DEST/venv
TEMPEST_CONFIG=$DEST/tempest.conf
export PATH=$DEVSTACK_VENV/bin:$PATH

# The packages of the tests' own environment are at hand in a new one.
make_venv() {
    local command
    mkdir -p "$DEST/sites-available" "$DEST/sites-enabled"
    if [[ -d $DEVSTACK_VENV ]]; then
        return 0
    fi
    "$PYTHON" -m venv --without-pip "$DEVSTACK_VENV"
    "$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
        >"$("$DEVSTACK_VENV/bin/python" -c \
            'import sysconfig; print(sysconfig.get_path("purelib"))')/at-hand.pth"
    for command in "$(dirname "$PYTHON")"/oslo*; do
        ln -s "$command" "$DEVSTACK_VENV/bin/"
    done
}

run_phase() {
    # shellcheck source=devstack/plugin.sh
    source "$TOP/devstack/plugin.sh" "$@"
}

case ${1:-} in
    stack)
        make_venv
        # shellcheck source=devstack/settings
        source "$TOP/devstack/settings"
        for phase in pre-install install post-config extra test-config; do
            run_phase stack "$phase"
        done
        ;;
    unstack|clean)
        # shellcheck source=devstack/settings
        source "$TOP/devstack/settings"
        run_phase "$1"
        ;;
    *)
        die $LINENO "stack, unstack or clean?"
        ;;
esac
