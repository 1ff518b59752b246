#!/usr/bin/env bash
# Shows that a build can be repeated: builds the commit at hand twice and compares all that is given to others.
#
#   reproducible.sh [FOLDER]: FOLDER (default .build-twice) gets two builds, in folders whose paths differ in length,
#                             under different time zones, languages and masks of rights. Ends with 1 when they differ.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-.build-twice}
mkdir -p "$folder/one" "$folder/another/and-further-down"
folder=$(cd "$folder" && pwd)
one=$folder/one another=$folder/another/and-further-down

# Of a clone, so that a commit made meanwhile is not taken for a difference.
rm -rf "$folder/clone"
git clone --quiet . "$folder/clone"
cd "$folder/clone"
build() {
    umask "$1"
    env TZ="$2" LC_ALL="$3" Packaging/dist.sh "$4" > /dev/null
    env TZ="$2" LC_ALL="$3" Packaging/deb.sh "$4" > /dev/null
}
build 022 UTC C.UTF-8 "$one"
build 077 Asia/Kathmandu C "$another"

# What the builds leave: the binary alone as well, since that is what one looks for first when anything differs.
digests() {
    (cd "$1" && sha256sum hallmark-*-linux-*/bin/hallmark hallmark.debug ./*.tar.gz ./*.cdx.json ./*.deb)
}
if ! diff <(digests "$one") <(digests "$another"); then
    echo "reproducible: the two builds differ (<: $one, >: $another); diffoscope tells in what" >&2
    exit 1
fi
digests "$one"
echo "reproducible: two builds of $(git rev-parse --short HEAD) in two folders are the same" >&2
