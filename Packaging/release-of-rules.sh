#!/usr/bin/env bash
# Says which release of the rules a commit has, as release.json: release-of-rules.sh PROGRAM [FOLDER OF RULES]
#
# The serial number is the commit's time, so that a later commit has a larger one.
set -euo pipefail
program=$1
digest=$(HALLMARK_SIGNATURES=${2:-signatures} "$program" --version | sed -n 's/^rules: .* digest \([0-9a-f]*\),.*/\1/p')
[ -n "$digest" ] || { echo "release-of-rules: $program names no digest" >&2; exit 1; }
printf '{"serial":%s,"date":"%s","digest":"%s"}\n' "$(git log -1 --format=%ct)" "$(git log -1 --format=%cs)" "$digest"
