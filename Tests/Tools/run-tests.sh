#!/usr/bin/env bash
# Runs all tests, in four processes at once, and ends with 1 where one of them failed.
#
#   run-tests.sh: $SWIFT (default swift) has built them. Most tests wait for servers and programs, and a process runs no more tests
#                 at a time than the machine has cores. What each process printed comes when it has ended.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
swift=${SWIFT:-swift}
logs=.build/test-logs
mkdir -p "$logs"
rm -f "$logs"/*

# Each test is in one part: what the others name, the last leaves out. What waits long for servers, and hardly calculates, stands with the tests
# that start programs or alone: the last part would wait for it.
parts=('--filter ^EndToEndTests\.[A-L] --filter ^WarehouseTests\.'
       '--filter ^EndToEndTests\.[^A-L] --filter ^ScanTests\. --filter ^StartTLSTests\.'
       '--filter ^TransparencyTests\. --filter ^ContextTests\.'
       '--skip ^EndToEndTests\. --skip ^WarehouseTests\. --skip ^ScanTests\. --skip ^StartTLSTests\. --skip ^TransparencyTests\. --skip ^ContextTests\.')
processes=()
for part in "${!parts[@]}"; do
    # shellcheck disable=SC2086 # an option and its value
    "$swift" test --skip-build --disable-xctest --ignore-lock ${parts[$part]} > "$logs/$part.log" 2>&1 &
    processes+=($!)
done
trap 'kill "${processes[@]}" 2> /dev/null' INT TERM

status=0
for part in "${!parts[@]}"; do
    wait "${processes[$part]}" || status=1
    cat "$logs/$part.log"
done
# A process that ran no test has tested nothing.
for part in "${!parts[@]}"; do
    line=$(grep -E 'Test run with [1-9][0-9]* tests' "$logs/$part.log") || {
        echo "run-tests: no test ran with ${parts[$part]}" >&2
        status=1
    }
    echo "${parts[$part]}: $line"
done
# What failed stands last, where whoever looks at a long log begins.
grep -hE '^✘ Test .* recorded an issue' "$logs"/*.log | cut -c1-1000
exit $status
