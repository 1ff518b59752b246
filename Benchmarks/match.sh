#!/usr/bin/env bash
# match.sh [COUNT]: how fast `hallmark match` reads, matches and writes COUNT observations, and how long it takes to start.
# Each figure is the median of five runs; the first run of all fills the cache of compiled patterns and is not counted.
set -euo pipefail
cd "$(dirname "$0")/.."
count=${1:-40000}
hallmark=.build/release/hallmark
export HALLMARK_SIGNATURES=$PWD/signatures
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
.build/release/bench-signatures signatures --write "$count" > "$scratch/sweep.ndjson"
bytes=$(stat -c %s "$scratch/sweep.ndjson")
TIMEFORMAT='%R %U %S'

# Wall, user and system seconds of five runs of a command, the one with the median wall time.
median() {
  for _ in 1 2 3 4 5; do { time "$@" > /dev/null; } 2>&1; done | sort -n | sed -n 3p
}

report() {
  awk -v name="$1" -v bytes="$bytes" -v count="$count" '{
    cpu = $2 + $3
    printf "%s: %.0f MB/s with %.1f cores, %.0f MB a second of CPU, %.1f us of CPU an observation\n",
      name, bytes / $1 / 1e6, cpu / $1, bytes / cpu / 1e6, cpu / count * 1e6
  }'
}

"$hallmark" match -q /dev/null
echo "$count observations, $((bytes / 1000000)) MB"
median "$hallmark" match -q "$scratch/sweep.ndjson" | report "match, all observations written"
median "$hallmark" match -q --only-leads "$scratch/sweep.ndjson" | report "match --only-leads"
median "$hallmark" match -q --threads 1 "$scratch/sweep.ndjson" | report "match --threads 1"
median "$hallmark" match -q /dev/null | awk '{ printf "start: %.0f ms, %.0f ms of CPU\n", $1 * 1000, ($2 + $3) * 1000 }'
