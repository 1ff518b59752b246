#!/usr/bin/env bash
# Packs the commit's rules and signs them by minisign, for `hallmark signatures update`.
#
#   signatures-release.sh PROGRAM KEY [FOLDER]: KEY is the secret key's file; the archive and its .minisig are left in
#                                               FOLDER (default .build-dist). The same commit gives the same archive.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "$1")
key=${2:?"the secret key of minisign is wanted: make signatures-release KEY=FILE"}
mkdir -p "${3:-.build-dist}"
folder=$(cd "${3:-.build-dist}" && pwd)
stage=$(mktemp -d "${TMPDIR:-/tmp}/hallmark-rules.XXXXXX")
trap 'rm -rf "$stage"' EXIT
git archive HEAD signatures vocabulary | tar -x -C "$stage"
Packaging/release-of-rules.sh "$program" "$stage/signatures" > "$stage/release.json"
archive=$folder/hallmark-signatures-$(git log -1 --format=%cs).tar.gz
tar --format=ustar --sort=name --mtime="@$(git log -1 --format=%ct)" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' \
    -C "$stage" -c release.json signatures vocabulary | gzip -9n > "$archive"
minisign -S -s "$key" -m "$archive" -t "$(tr -d '\n' < "$stage/release.json")" < /dev/null
ls -l "$archive" "$archive.minisig"
