#!/bin/sh
# Make the secrets that docker-compose.yml names, those that are not there yet.
#
#   deploy/make_secrets.sh [FOLDER]      # default: secrets/ beside docker-compose.yml
#
# Nobody else on this machine can enter the folder. The files in it can be read, because
# a container sees them with these permissions and runs as a user of its own.
set -eu
folder="${1:-$(dirname "$0")/../secrets}"
mkdir -p -m 0700 "$folder"
for name in secret_key postgres_password metrics_token grafana_password; do
    [ -s "$folder/$name" ] && continue
    (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$folder/$name.new")
    chmod 0444 "$folder/$name.new"
    mv "$folder/$name.new" "$folder/$name"
    echo "made $folder/$name"
done
