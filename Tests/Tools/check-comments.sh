#!/usr/bin/env bash
# Comments are at most 110 columns wide. The formatter holds code to that, and leaves comments alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
# How many may be wider.
allowed=0
wide=$(git ls-files -z 'Package.swift' 'Sources/*.swift' 'Tests/*.swift' 'Benchmarks/*.swift' |
    xargs -0 grep -nE '^.{111,}$' | grep -E ':[0-9]+:(.*[[:space:]])?//' | grep -v 'https://')
count=$(grep -c . <<< "$wide")
[ "$count" -le "$allowed" ] && exit 0
echo "$wide" >&2
echo "$count comments are wider than 110 columns, $allowed are allowed" >&2
exit 1
