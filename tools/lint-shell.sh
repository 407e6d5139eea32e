#!/usr/bin/env bash
# Check all shell scripts of the project with shellcheck and bashate.
#
# A script is a file that begins with "#!...sh", or, if it is only sourced, with
# "# shellcheck shell=bash". Exit status 0 if nothing was found, 1 if something was.
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
FOLDERS=(.ci contrib devstack tests tools)
STATUS=0

is_script() {
    head -n 1 "$1" | grep -qE '^(#!.*[/ ](ba)?sh$|# shellcheck shell=)'
}

SCRIPTS=()
while IFS= read -r -d '' file; do
    # Only what is text has a first line to look at.
    if grep -qI . "$file" && is_script "$file"; then
        SCRIPTS+=("$file")
    fi
done < <(find "${FOLDERS[@]}" -type f -not -name '*.py' -not -name '*.pyc' -print0)
[ ${#SCRIPTS[@]} -gt 0 ] || exit 1

printf '%s\n' "${SCRIPTS[@]}"
shellcheck --external-sources "${SCRIPTS[@]}" || STATUS=1
# E005: files that are only sourced. E006: lines as long as they have to be.
bashate --ignore E005,E006 "${SCRIPTS[@]}" || STATUS=1
exit "$STATUS"
