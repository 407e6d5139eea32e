#!/usr/bin/env bash
# Run every check that a change has to pass, and say what was left out.
#
# usage: tools/run-tests.sh [--require-all] [STAGE...]
#
#   --require-all  a PostgreSQL, MariaDB, RabbitMQ or Docker server that can't be
#                  reached is a failure; without it the tests that need it are left out
#   STAGE          lint, unit, functional, contract, integration; default: all
#
# The servers' addresses: SENLIN_LIKE_TEST_POSTGRESQL_URL, ..._MARIADB_URL,
# ..._RABBITMQ_URL, ..._DOCKER_URL (defaults: this host, see tests/conftest.py). A failing stage
# doesn't stop the ones after it. Exit status 0 if all passed, 1 if not.
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
# shellcheck source=tools/environment.sh
. "$ROOT/tools/environment.sh"

ENVIRONMENT="${SENLIN_LIKE_TEST_VENV:-$ROOT/.venv-tests}"
LOGS="$ROOT/build/test-logs"
# The whole run's limit in seconds, against hanging; it should take half of
# that on two idle cores. A stage that hangs is ended by its own limit.
BUDGET=4800
FAILED=0
REQUIRE_ALL=no
RESULTS=()
CLOSING=()
BAD=()
LEFT_OUT=()
STAGES=""

usage() { sed -n '2,/^set -u/{/^set -u/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --require-all) REQUIRE_ALL=yes ;;
            -h | --help) usage; exit 0 ;;
            lint | unit | functional | contract | integration) STAGES="$STAGES $1" ;;
            *) usage >&2; die "unknown argument '$1'." ;;
        esac
        shift
    done
    STAGES=${STAGES:- lint unit functional contract integration}
}

is_wanted() { case " $STAGES " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# check NAME LIMIT COMMAND...: run one check, at most LIMIT seconds.
check() {
    local name=$1 limit=$2 began=$SECONDS status left
    shift 2
    left=$((BUDGET - SECONDS))
    [ "$left" -gt 5 ] || left=5
    [ "$limit" -lt "$left" ] || limit=$left
    printf '\n=== %s: %s\n' "$name" "$*"
    timeout --kill-after=20 "$limit" "$@" 2>&1 </dev/null | tee "$LOGS/$name.log"
    status=${PIPESTATUS[0]}
    if [ "$status" = 0 ]; then
        RESULTS+=("$(printf 'ok      %-16s %4d s' "$name" $((SECONDS - began)))")
    else
        FAILED=$((FAILED + 1))
        local why="exit status $status"
        [ "$status" != 124 ] && [ "$status" != 137 ] || why="not done after $limit s"
        [ "$status" != 5 ] || why="there are no tests"
        RESULTS+=("$(printf 'FAILED  %-16s %4d s  (%s)' "$name" $((SECONDS - began)) "$why")")
    fi
}

# The same for pytest, with the counts of its closing line kept for the end.
check_tests() {
    local name=$1 line
    check "$name" "$2" python -m pytest -ra -q --durations=5 "${@:3}"
    line=$(grep -E '(passed|failed|error|skipped|no tests ran).* in [0-9.]+s' "$LOGS/$name.log" | tail -n 1)
    CLOSING+=("$(printf '%-12s %s' "$name:" "${line:-no closing line}")")
    while IFS= read -r line; do
        LEFT_OUT+=("$name: ${line#SKIPPED }")
    done < <(grep -E '^SKIPPED ' "$LOGS/$name.log")
    while IFS= read -r line; do
        BAD+=("$line")
    done < <(grep -E '^(FAILED|ERROR) ' "$LOGS/$name.log" | head -n 20)
}

run_lint() {
    check ruff-format 120 ruff format --check .
    check ruff 120 ruff check .
    check mypy 600 mypy
    check import-linter 120 lint-imports
    check reno 120 reno lint
    check shell 120 tools/lint-shell.sh
    check docs 300 python -m sphinx -q -W --keep-going -b html doc/source doc/build/html
    if [ -f api-ref/source/conf.py ]; then
        check api-ref 300 python -m sphinx -q -W --keep-going -b html api-ref/source api-ref/build/html
    fi
}

report() {
    local line
    printf '\n=== Summary (%d s)\n' "$SECONDS"
    printf '%s\n' "${RESULTS[@]}"
    if [ ${#CLOSING[@]} -gt 0 ]; then
        printf '\nTests:\n'
        printf '  %s\n' "${CLOSING[@]}"
    fi
    if [ ${#BAD[@]} -gt 0 ]; then
        printf '\nFailed:\n'
        printf '  %s\n' "${BAD[@]}"
    fi
    printf '\nLeft out:\n'
    for line in lint unit functional contract integration; do
        is_wanted "$line" || say "  stage $line: not asked for"
    done
    [ ${#LEFT_OUT[@]} = 0 ] || printf '  %s\n' "${LEFT_OUT[@]}"
    say "  tempest, devstack, crashes, torture, benchmarks: run on request (tox -e tempest, ...)"
    say "  the oldest releases of dependencies: tox -e floors"
    if [ "$FAILED" = 0 ]; then
        printf '\nEverything that ran passed.\n'
    else
        printf '\n%d check(s) FAILED; their output is in %s.\n' "$FAILED" "$LOGS"
    fi
}

main() {
    read_arguments "$@"
    mkdir -p "$LOGS"
    say "Preparing $ENVIRONMENT ..."
    install_project "$ENVIRONMENT" test,lint,docs
    PATH="$ENVIRONMENT/bin:$PATH"
    export PATH PYTHONDONTWRITEBYTECODE=1 VIRTUAL_ENV="$ENVIRONMENT"
    [ "$REQUIRE_ALL" = no ] || export SENLIN_LIKE_REQUIRE_ALL=1
    trap 'printf "\nInterrupted.\n"; exit 130' INT TERM
    is_wanted lint && run_lint
    is_wanted unit && check_tests unit 600 -n 2 --dist worksteal tests/unit
    is_wanted functional && check_tests functional 3600 -n 2 --dist worksteal tests/functional
    is_wanted contract && check_tests contract 600 tests/contract
    is_wanted integration && check_tests integration 1800 tests/integration
    report
    [ "$FAILED" = 0 ]
}

main "$@"
