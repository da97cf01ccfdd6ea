#!/bin/sh
# Run docker-compose.yml for real: build, start, grade, kill, scale, stop, start again.
#
#   tools/try_compose.sh          # everything; leaves nothing running
#   KEEP=1 tools/try_compose.sh   # leave the service up to look at it
#
# Needs root and .venv. Where no Docker engine answers, one is started by hand (Debian:
# apt-get install docker.io docker-compose debootstrap iptables) and stopped afterwards.
# Where images cannot be pulled, the base comes from debootstrap, and PostgreSQL and Redis
# from Debian's packages in the place of the official images: the same users, folders and
# variables, as far as docker-compose.yml uses them. All of that is kept in TRY_COMPOSE
# (default /var/tmp/try-compose) for the next time.
set -eu

[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
repo="$(cd "$(dirname "$0")/.." && pwd)"
state="${TRY_COMPOSE:-/var/tmp/try-compose}"
mkdir -p "$state"
cd "$repo"

engine=""
stop_engine() {
    [ -z "$engine" ] || { kill "$engine" && wait "$engine" || true; }
}
trap stop_engine EXIT
if ! docker info >/dev/null 2>&1; then
    export DOCKER_HOST="unix://$state/docker.sock"
    if ! docker info >/dev/null 2>&1; then
        dockerd --data-root "$state/docker" --exec-root "$state/exec" --host "$DOCKER_HOST" \
            --pidfile "$state/dockerd.pid" >"$state/dockerd.log" 2>&1 &
        engine=$!
        for _ in $(seq 60); do
            docker info >/dev/null 2>&1 && break
            sleep 0.5
        done
    fi
fi
docker info --format 'engine {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}}'

present() { docker image inspect "$1" >/dev/null 2>&1 || docker pull -q "$1" 2>/dev/null; }

base="$(sed -n 's/^ARG BASE=//p' Dockerfile)"
if ! present "$base"; then
    [ -d "$state/base" ] || debootstrap --variant=minbase --include=ca-certificates bookworm "$state/base"
    # A machine behind a proxy of its own needs its own certificates.
    bundle=/etc/ssl/certs/ca-certificates.crt
    cp "$bundle" "$state/base$bundle"
    tar -C "$state/base" -c . | docker import --change 'CMD ["bash"]' \
        --change "ENV SSL_CERT_FILE=$bundle" --change "ENV PIP_CERT=$bundle" - "$base"
fi

stand_in() { # IMAGE: build it from the Dockerfile on standard input
    present "$1" || { echo "stand-in for $1"; docker build -q -t "$1" -; }
}
image_of() { sed -n "s/.*image: \${GRADER_$1_IMAGE:-\(.*\)}/\1/p" docker-compose.yml; }

stand_in "$(image_of REDIS)" <<END
FROM $base
RUN groupadd -g 999 redis && useradd -u 999 -g 999 -d /data redis \\
 && apt-get update && apt-get install -y --no-install-recommends redis-server \\
 && install -d -o redis -g redis /data
WORKDIR /data
CMD ["redis-server"]
END
stand_in "$(image_of POSTGRES)" <<END
FROM $base
RUN groupadd -g 999 postgres && useradd -u 999 -g 999 -d /var/lib/postgresql postgres \\
 && apt-get update && apt-get install -y --no-install-recommends postgresql-15 \\
 && install -d -o postgres -g postgres /var/lib/postgresql/data
ENV PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
RUN printf '%s\\n' '#!/bin/sh' 'set -e' \\
 'if [ ! -s "\$PGDATA/PG_VERSION" ]; then' \\
 '  initdb -E UTF8 --locale=C.UTF-8 -U "\$POSTGRES_USER" --pwfile="\$POSTGRES_PASSWORD_FILE" -A scram-sha-256 >/dev/null' \\
 '  echo "host all all all scram-sha-256" >> "\$PGDATA/pg_hba.conf"' \\
 '  sed -i "s/^local.*/local all all trust/" "\$PGDATA/pg_hba.conf"' \\
 '  pg_ctl -w -o "-c listen_addresses=" start >/dev/null' \\
 '  createdb -U "\$POSTGRES_USER" "\$POSTGRES_DB" && pg_ctl -m fast -w stop >/dev/null' \\
 'fi' 'exec postgres -c listen_addresses="*"' > /entry && chmod 755 /entry
# As in the official image: SIGTERM would wait for every client.
STOPSIGNAL SIGINT
ENTRYPOINT ["/entry"]
END

export DOCKER_BUILDKIT="${DOCKER_BUILDKIT:-0}" COMPOSE_DOCKER_CLI_BUILD=0
export GRADER_SECRETS="$state/secrets" GRADER_PORT="${GRADER_PORT:-18080}"
deploy/make_secrets.sh "$GRADER_SECRETS"
.venv/bin/python tools/compose_trial.py ${KEEP:+--keep}
