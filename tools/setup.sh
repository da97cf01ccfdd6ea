#!/bin/sh
# Make everything this project needs from its own files: system packages that are
# missing, and a virtual environment from the hashed lock file.
#
#   tools/setup.sh run     what `make demo` needs
#   tools/setup.sh test    what `make test` needs as well
#   tools/setup.sh browser what `make test-browser` needs after that
#
# Works without python3-venv and without a compiler. Where packages cannot be
# installed (no root, no sudo, not Debian) it says what is missing and goes on:
# `grader doctor` then tells what still holds.
set -eu

cd "$(dirname "$0")/.."
purpose="${1:-run}"
venv=.venv
python="${PYTHON:-python3}"

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    elif command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then sudo "$@"
    else return 1
    fi
}

# RUNLEVEL=1 keeps Debian from starting the servers it installs: the tests start
# their own, as unprivileged processes on private sockets.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 sh -c '
        if ! apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1; then
            apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
        fi' apt "$@"
}

need_program() {
    command -v "$1" >/dev/null 2>&1 && return
    say "installing $2 ..."
    apt_install "$2" || say "note: could not install $2; $3"
}

need_program bwrap bubblewrap "student code will be held by the weaker lock-only tier if the kernel has Landlock."
if [ "$purpose" = test ]; then
    need_program redis-server redis-server "the queue tests against Redis will be skipped."
    if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
        say "installing postgresql ..."
        # Without a cluster of its own: the tests make one, in a temporary folder.
        as_root sh -c 'mkdir -p /etc/postgresql-common &&
            [ -e /etc/postgresql-common/createcluster.conf ] ||
            echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf' \
            && apt_install postgresql \
            || say "note: could not install postgresql; the tests against it will be skipped."
    fi
fi

if [ "$purpose" = browser ]; then
    need_program chromium chromium "the browser tests cannot run."
    # The driver's own runtime needs it, and a minimal Debian has none.
    ldconfig -p | grep -q libatomic.so.1 || apt_install libatomic1 || true
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "Python 3.11 or later is needed, found: $("$python" --version 2>&1). Set PYTHON=/path/to/python3."
    exit 1
}

lock=requirements.lock
[ "$purpose" = test ] && lock=requirements-dev.lock
[ "$purpose" = browser ] && lock=requirements-browser.lock
stamp="$venv/.installed-from"
wanted="$(cat requirements-uv.lock "$lock" pyproject.toml | sha256sum | cut -d' ' -f1) $lock"

# What the tests need includes what the demo needs.
if [ -f "$stamp" ] && grep -qxF "$wanted" "$stamp"; then exit 0; fi

if [ ! -x "$venv/bin/python" ]; then
    say "creating $venv ..."
    "$python" -m venv --without-pip "$venv"
fi
if [ ! -x "$venv/bin/uv" ]; then
    say "installing the package installer ..."
    "$python" -m pip --python "$venv/bin/python" install --quiet --disable-pip-version-check \
        --no-deps --require-hashes -r requirements-uv.lock
fi
say "installing packages from $lock ..."
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
export UV_SYSTEM_CERTS=1  # a campus proxy with its own certificate is common
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --require-hashes -r "$lock"
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
# A jail cannot write compiled modules: what is not compiled now costs every jail's start.
numpy="$("$venv/bin/python" -c 'import numpy; print(numpy.__path__[0])')"
"$venv/bin/python" -m compileall -q -x '/tests/' grader reference worker "$numpy" >/dev/null 2>&1 || true
[ -f "$stamp" ] && grep -v " $lock\$" "$stamp" > "$stamp.new" || : > "$stamp.new"
printf '%s\n' "$wanted" >> "$stamp.new"
mv "$stamp.new" "$stamp"
