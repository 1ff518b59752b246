#!/usr/bin/env bash
# Runs the benchmarks one after another and prints their figures. Quote medians; machines are shared and noisy.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "== CPU of a scan against C programs that do the bare minimum"
Benchmarks/connections.py
echo
echo "== Large sweeps, checked record by record"
Benchmarks/sweep.py
echo
echo "== Signatures: cost of an observation with 100, 1,000 and 10,000 rules"
swift build -c release --product bench-signatures > /dev/null
.build/release/bench-signatures signatures
