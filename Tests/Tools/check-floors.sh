#!/usr/bin/env bash
# Within the module Signatures the floors know those below them only: Cache, Rules, Matching, Leads, Library.
set -u
cd "$(dirname "$0")/../../Sources/Signatures" || exit 1
status=0
floors=(Cache Rules Matching Leads Library)
for upper in 1 2 3; do
    names=$(sed -nE 's/^(package |public )?(final )?(indirect )?(struct|class|enum|protocol|typealias|actor) ([A-Za-z0-9]+).*/\5/p' \
        "${floors[upper]}"/*.swift | sort -u | paste -sd '|')
    for ((lower = 0; lower < upper; lower++)); do
        found=$(grep -nwE "$names" "${floors[lower]}"/*.swift | grep -vE '^[^:]+:[0-9]+: *///? ')
        [ -z "$found" ] && continue
        echo "${floors[lower]} names what ${floors[upper]} declares:" >&2
        echo "$found" >&2
        status=1
    done
done
exit $status
