#!/usr/bin/env bash
# run.sh PROGRAM SECONDS: feeds every parser for so long in all, as many parsers at a time as there are processors.
#
# A report of AddressSanitizer or a trap fails the run, and the input stays in .build-fuzz/found. Inputs that reached
# new code are kept in .build-fuzz/corpus for the next run.
set -euo pipefail
program=$(realpath "$1")
seconds=$2
cd "$(dirname "$0")/../.."
LSAN_OPTIONS="suppressions=$PWD/Tests/Fuzz/leaks.supp:print_suppressions=0"
export LSAN_OPTIONS
mkdir -p .build-fuzz/corpus .build-fuzz/found
HALLMARK_SEEDS=.build-fuzz/corpus "$program"
mapfile -t names < <("$program")
each=$(((seconds * $(nproc) + ${#names[@]} - 1) / ${#names[@]}))

fuzz() {
  local log=.build-fuzz/$1.log
  if HALLMARK_FUZZ=$1 "$program" -max_total_time="$2" -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
    -artifact_prefix=".build-fuzz/found/$1-" ".build-fuzz/corpus/$1" > "$log" 2>&1; then
    echo "$1: $(grep ^Done "$log" || tail -n 1 "$log")"
  else
    cat "$log" >&2
    echo "$1: failed" >&2
    exit 255
  fi
}
export -f fuzz
export program
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'fuzz {} '"$each"
