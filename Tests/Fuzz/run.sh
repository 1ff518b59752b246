#!/usr/bin/env bash
# run.sh PROGRAM COUNT: feeds every parser COUNT inputs, as many parsers at a time as there are processors.
#
# What AddressSanitizer or a trap ends fails the run; its report stands on standard error.
set -euo pipefail
program=$1
count=$2
folder=$(dirname "$0")
export LSAN_OPTIONS="suppressions=$folder/leaks.supp:print_suppressions=0"

# The names are the last line of the usage text, which comes with status 64.
names=$("$program" 2>&1 || true)
names=${names##*$'\n'}
read -ra list <<< "$names"
printf '%s\n' "${list[@]}" | xargs -P "$(nproc)" -I '{}' "$program" '{}' "$count"
