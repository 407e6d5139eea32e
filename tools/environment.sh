# shellcheck shell=bash
# Functions that tools/quickstart.sh and tools/run-tests.sh share: find a Python,
# make a virtual environment, install the project. To be sourced, not run.
# Wants: ROOT, the project's folder.

say() { printf '%s\n' "$*"; }

die() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do
        printf '       %s\n' "$line" >&2
    done
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Print the path of a Python >= 3.11; the plain python3 first, it is the system's.
find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

require_python() {
    PYTHON_FOUND=$(find_python) || die "no Python 3.11 or newer was found." \
        "Debian 12 and 13, Ubuntu 24.04:  sudo apt-get install python3 python3-venv" \
        "Or name one:  PYTHON=/path/to/python3.12 $0"
}

# The apt package that brings ensurepip to the Python that was found.
venv_package() {
    "$PYTHON_FOUND" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

# Debian and Ubuntu keep pip itself as a wheel in the package python3-pip-whl.
pip_from_wheels() {
    local environment=$1 folder=$2 wheel
    for wheel in "$folder"/pip-*.whl; do
        [ -f "$wheel" ] || continue
        "$environment/bin/python" "$wheel/pip" install --quiet --no-index \
            --find-links "$folder" pip >/dev/null 2>&1 && return 0
    done
    return 1
}

# Fetching that package and looking into it takes no root and installs nothing.
# A fresh container has no package lists yet; they are fetched to the side.
fetch_pip_package() {
    local folder=$1
    local aside=(-o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache")
    cd "$folder" || return 1
    apt-get download -qq python3-pip-whl && return 0
    mkdir -p lists/partial cache/archives/partial
    apt-get "${aside[@]}" update -qq && apt-get "${aside[@]}" download -qq python3-pip-whl
}

pip_from_package() {
    local environment=$1 folder status=1
    [ -z "${SENLIN_LIKE_NO_APT:-}" ] || return 1
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
    folder=$(mktemp -d) || return 1
    if (fetch_pip_package "$folder" && dpkg-deb -x python3-pip-whl_*.deb "$folder/deb") \
        >/dev/null 2>&1; then
        pip_from_wheels "$environment" "$folder/deb/usr/share/python-wheels" && status=0
    fi
    rm -rf "$folder"
    return $status
}

make_bare_environment() {
    local environment=$1
    rm -rf "$environment"
    "$PYTHON_FOUND" -m venv "$environment" >/dev/null 2>&1 && return 0
    # Debian and Ubuntu keep ensurepip in a package of its own.
    rm -rf "$environment"
    "$PYTHON_FOUND" -m virtualenv --quiet "$environment" >/dev/null 2>&1 && return 0
    rm -rf "$environment"
    if "$PYTHON_FOUND" -m venv --without-pip "$environment" >/dev/null 2>&1; then
        "$PYTHON_FOUND" -m pip --python "$environment/bin/python" install --quiet \
            pip >/dev/null 2>&1 && return 0
        pip_from_wheels "$environment" /usr/share/python-wheels && return 0
        pip_from_package "$environment" && return 0
    fi
    return 1
}

# Make an environment that git and the linters don't look into.
make_environment() {
    make_any_environment "$1"
    echo '*' >"$1/.gitignore"
}

make_any_environment() {
    local environment=$1
    if command -v uv >/dev/null 2>&1; then
        PYTHON_FOUND=$(find_python) || PYTHON_FOUND=3.12
        uv venv --quiet --clear --python "$PYTHON_FOUND" "$environment" >/dev/null 2>&1 \
            && return 0
    fi
    require_python
    make_bare_environment "$environment" || {
        rm -rf "$environment"
        die "no virtual environment could be made in $environment." \
            "$PYTHON_FOUND has no pip of its own (ensurepip is missing)." \
            "Debian and Ubuntu:  sudo apt-get install $(venv_package)"
    }
}

# What an environment was made from; it is used again as long as this is the same.
fingerprint() {
    { cat "$ROOT/setup.cfg" "$ROOT/constraints/upper.txt"; echo "$1 $ROOT"; } | cksum
}

pip_install() {
    local environment=$1
    shift
    if [ -x "$environment/bin/pip" ]; then
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    else
        uv pip install --quiet --python "$environment/bin/python" "$@"
    fi
}

is_installed() {
    [ -x "$1/bin/python" ] && [ -f "$1/.installed" ] \
        && [ "$(cat "$1/.installed")" = "$(fingerprint "$2")" ]
}

# install_project ENVIRONMENT EXTRAS: make the environment if it isn't there, or
# if setup.cfg or the constraints have changed since. EXTRAS may be empty.
install_project() {
    local environment=$1 extras=$2 stamp="$1/.installed" log="$1.log"
    if is_installed "$environment" "$extras"; then return 0; fi
    if [ ! -x "$environment/bin/python" ] \
        || ! "$environment/bin/python" -c '' >/dev/null 2>&1; then
        make_environment "$environment"
    fi
    rm -f "$stamp"
    if ! pip_install "$environment" --constraint "$ROOT/constraints/upper.txt" \
        --editable "$ROOT${extras:+[$extras]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "the installation failed; the lines above are the end of $log." \
            "Is a package index reachable?  Behind a proxy set HTTPS_PROXY."
    fi
    rm -f "$log"
    fingerprint "$extras" >"$stamp"
}
