#!/bin/sh
# Write the hashed lock files for every supported Python. Run it on purpose only:
# what is installed anywhere comes from these files.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
        --no-header --python-version 3.11 "$@"
}
compile pyproject.toml --extra postgres --group build -o requirements.lock
compile pyproject.toml --extra postgres --group build --group dev -c requirements.lock -o requirements-dev.lock
compile --group browser -c requirements-dev.lock -o requirements-browser.lock
