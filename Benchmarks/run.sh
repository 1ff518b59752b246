#!/usr/bin/env bash
# Runs the benchmarks one after another and prints their figures. Quote medians; machines are shared and noisy.
#
#   run.sh [--large]: also a corpus of five million sightings (some minutes, 7 GB in TMPDIR; else a tenth of it).
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${TMPDIR:-/tmp}/hallmark-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
sightings=500000
[ "${1:-}" != --large ] || sightings=5000000

echo "== CPU of a scan against C programs that do the bare minimum"
Benchmarks/connections.py
echo
echo "== Large sweeps, checked record by record"
Benchmarks/sweep.py
echo
echo "== A dark range, with and without discovery"
if [ "$(id -u)" = 0 ]; then Benchmarks/dark.py; else echo "only as root"; fi
echo
echo "== A scan with a corpus against one without"
Benchmarks/corpus_scan.py
echo
echo "== Signatures: cost of an observation with 100, 1,000 and 10,000 rules"
HALLMARK_WITH=benchmarks swift build -c release --product bench-signatures > /dev/null
.build/release/bench-signatures signatures
echo
echo "== match: bytes a second, and the start"
swift build -c release --product hallmark > /dev/null
Benchmarks/match.sh
echo
echo "== One endpoint: from the start to the first record and to the end"
Benchmarks/start.py
echo
echo "== JARM: ten hellos beside a C program that replays them"
Benchmarks/jarm.py
echo
echo "== Captures: bytes a second, with tshark's beside it"
Benchmarks/captures.py
echo
echo "== Corpus: import and pivots"
HALLMARK_WITH=benchmarks swift build -c release --product bench-corpus > /dev/null
.build/release/bench-corpus corpus "$folder/corpus.sqlite" "$sightings" $((sightings / 5))
Benchmarks/corpus_search.py "$folder/corpus.sqlite"
echo
echo "== Hunting: 20 planted oddities among 100,000 endpoints"
Benchmarks/hunt.py
echo
echo "== Inventory: a million records against a hundred thousand assets"
.build/release/bench-corpus sweep "$folder/sweep.ndjson" 1000000 100000
echo
echo "== Logs of Certificate Transparency: an entry's cost beside its hash's"
HALLMARK_WITH=benchmarks swift build -c release --product bench-transparency > /dev/null
.build/release/bench-transparency 1000000
Benchmarks/lookalikes.sh
