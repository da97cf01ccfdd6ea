# One image for web, worker, janitor and migration; the command decides which.
# An exact version; better still a digest: --build-arg BASE=debian@sha256:...
ARG BASE=debian:12.11-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-pip ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/grader
COPY requirements-uv.lock requirements.lock ./
RUN python3 -m venv --without-pip .venv \
 && python3 -m pip --python .venv/bin/python install --no-cache-dir --no-deps --require-hashes -r requirements-uv.lock \
 && .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --require-hashes -r requirements.lock \
 && .venv/bin/python -m compileall -q .venv
COPY pyproject.toml README.md LICENSE ./
COPY grader grader
COPY reference reference
COPY worker worker
COPY assignments assignments
RUN .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation -e . \
 && .venv/bin/uv pip uninstall --python .venv/bin/python uv \
 && .venv/bin/python -m compileall -q grader reference worker

FROM ${BASE}
# The base is of its day; what was mended since comes here. postgresql-client is for
# `grader backup`: its version must not be below that of the server.
RUN apt-get update \
 && apt-get upgrade -y \
 && apt-get install -y --no-install-recommends python3 bubblewrap ca-certificates postgresql-client-15 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/grader --create-home grader
COPY --from=build /srv/grader /srv/grader
# A named volume takes its owner from the directory that it covers. The rest of the home
# stays empty, for the root file system is mounted read-only.
RUN install -d -o grader -g grader -m 0700 /var/lib/grader/blobs /var/lib/grader/logs /backups
WORKDIR /srv/grader
ENV PATH=/srv/grader/.venv/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADER_HOME=/var/lib/grader
USER 10001:10001
ENTRYPOINT ["grader"]
CMD ["web", "--bind", "0.0.0.0:8000"]
