#!/usr/bin/env bash
# How many of the names that dnstwist (PyPI) makes of twenty invented brands are called look-alikes, and how many innocent names.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${TMPDIR:-/tmp}/hallmark-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
brands="hallmark-bank norvexa quillstone brightharbor zentalis copperfinch velloria tarnwick oakmeridian plumeworks silvergrove
    kestrelpay lumivance dovebridge marrowfield ardentia thistledown pixelforge harrowgate cindervale"
# shellcheck disable=SC2046
# The names are words of a list.
# shellcheck disable=SC2086
python3 -B Tests/Tools/name_variants.py $(printf '%s.com ' $brands) > "$folder/variants"
python3 -B Tests/Tools/innocent_names.py > "$folder/innocent"
HALLMARK_WITH=benchmarks swift build -c release --product bench-transparency > /dev/null
.build/release/bench-transparency lookalikes "$folder/variants" "$folder/innocent"
