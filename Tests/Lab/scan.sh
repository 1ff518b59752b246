#!/usr/bin/env bash
# What `make scan` shows without targets: a sweep of the lab, and three commands to try next.
#
#   LAB_PORT=20443 scan.sh PROGRAM
set -euo pipefail
port=${LAB_PORT:?the first port of the lab}
"$(dirname "$0")/lab.sh" "$1" scan --input
# The eighth server is Covenant's.
{
    printf '\nNext:\n'
    printf '  %-46s  %s\n' \
        "make lab" "keeps this lab up, at the same ports; then, elsewhere" \
        "$1 validate 127.0.0.1:$((port + 7))" "says why Covenant is a strong lead" \
        "$1 scan 127.0.0.1 -p $port-$((port + 9))" "writes one JSON object an endpoint with -o FILE"
} >&2
