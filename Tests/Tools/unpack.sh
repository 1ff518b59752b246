#!/usr/bin/env bash
# unpack.sh FOLDER PACKAGE…: unpacks Debian packages into FOLDER without installing them.
#
# inn2 can't be set up on a machine without a full domain name, and would start a news server; its reader's
# program runs from where it is unpacked. Where nothing can be fetched the test that needs it is left out.
set -euo pipefail

folder=$1
shift

# Programs that change their user take no library from where they are unpacked.
without_setuid() { find "$folder" -type f -perm -4000 -exec chmod u-s {} +; }

if [ -e "$folder/complete" ]; then
    without_setuid
    exit 0
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
cd "$scratch"
if ! apt-get download -q "$@" > "$scratch/log" 2>&1; then
    echo "Not fetched, and not tested against: $*" >&2
    exit 0
fi
for package in ./*.deb; do dpkg -x "$package" "$folder"; done
without_setuid
touch "$folder/complete"
