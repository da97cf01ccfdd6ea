# One image for web, worker, janitor and migration; the command decides which.
FROM debian:bookworm-slim AS build

RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-pip ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/grader
COPY requirements-uv.lock requirements.lock ./
RUN python3 -m venv --without-pip .venv \
 && python3 -m pip --python .venv/bin/python install --no-cache-dir --no-deps --require-hashes -r requirements-uv.lock \
 && .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY grader grader
COPY reference reference
COPY worker worker
COPY assignments assignments
RUN .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation -e . \
 && .venv/bin/uv pip uninstall --python .venv/bin/python uv \
 && .venv/bin/python -m compileall -q grader reference worker .venv

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 bubblewrap ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/grader --create-home grader
COPY --from=build /srv/grader /srv/grader
# Blobs live on a volume; a named volume takes its owner from this directory. The rest of
# the home stays empty, for the root file system is mounted read-only.
RUN install -d -o grader -g grader -m 0700 /var/lib/grader/blobs /var/lib/grader/logs
WORKDIR /srv/grader
ENV PATH=/srv/grader/.venv/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADER_HOME=/var/lib/grader
USER 10001:10001
ENTRYPOINT ["grader"]
CMD ["web", "--bind", "0.0.0.0:8000"]
