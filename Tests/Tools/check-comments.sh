#!/usr/bin/env bash
# Comments are at most 110 columns wide. The formatter holds code to that, and leaves comments alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
git ls-files -z 'Package.swift' 'Sources/*.swift' 'Tests/*.swift' 'Benchmarks/*.swift' |
    LC_ALL=C.UTF-8 xargs -0 awk '
        length($0) > 110 && /(^|[[:space:]])\/\// && !index($0, "https://") {
            print FILENAME ":" FNR ": a comment of " length($0) " columns, 110 are allowed"
            found = 1
        }
        END { exit found }
    ' >&2
