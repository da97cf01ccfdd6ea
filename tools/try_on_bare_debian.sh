#!/bin/sh
# Try this checkout's HEAD on a bare Debian 12: Python 3.11, pip, make and git, nothing else.
#
#   tools/try_on_bare_debian.sh make demo ONCE=1
#   tools/try_on_bare_debian.sh make test
#
# Needs root and debootstrap. The bare tree is made once (BARE_TREE, default
# /var/tmp/bare-debian-12); each trial sees it through an overlay that is thrown away,
# with its own mount and process namespaces and a pivoted root, so that the commands
# meet what they would meet on a new machine. Package caches are shared with
# BARE_CACHE (default: none) to time a run with a warm cache.
set -eu

[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
[ $# -gt 0 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 1; }

repo="$(cd "$(dirname "$0")/.." && pwd)"
tree="${BARE_TREE:-/var/tmp/bare-debian-12}"
cache="${BARE_CACHE:-}"

if [ ! -e "$tree/usr/bin/make" ]; then
    debootstrap --variant=minbase --include=python3,python3-pip,make,git,ca-certificates \
        bookworm "$tree"
fi

work="$(mktemp -d /var/tmp/bare-trial.XXXXXX)"
trap 'rm -rf "$work"' EXIT INT TERM
export repo tree cache work
unshare --mount --pid --fork --kill-child sh -eu -c '
    mount --make-rprivate /
    mount -t tmpfs tmpfs "$work"
    mkdir "$work/upper" "$work/scratch" "$work/root"
    mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/scratch" "$work/root"
    cd "$work/root"
    mkdir -p mnt/repo old
    mount --rbind /dev dev
    mount -t proc proc proc
    mount --bind "$repo" mnt/repo
    cp /etc/resolv.conf etc/resolv.conf
    # A machine behind a proxy of its own needs its own certificates.
    cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ca-certificates.crt
    if [ -n "$cache" ]; then
        mkdir -p "$cache" root/.cache var/cache/apt/archives
        mount --bind "$cache" root/.cache
    fi
    pivot_root . old
    umount -l /old
    cd /root
    env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        TERM=dumb LANG=C.UTF-8 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory \
        GIT_CONFIG_VALUE_0="*" ${GRADER_REQUIRE:+GRADER_REQUIRE=$GRADER_REQUIRE} \
        bash -c "git clone -q /mnt/repo grader && cd grader && time \"\$@\"" bare "$@"
' bare "$@"
