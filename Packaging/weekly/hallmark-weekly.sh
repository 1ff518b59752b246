#!/bin/sh
# A weekly sweep that speaks only when there is something to say. An example: copy it, and have cron or systemd start it
# (hallmark-weekly.cron, hallmark-weekly.service and .timer beside it).
#
# In $CONFIG: targets.txt; when they are there also inventory.csv, scope.yaml and decisions.ndjson (hallmark decide).
# In $STATE everything is kept: the sweep, its summary and the report of each week, and the corpus.
#
#   MAIL_TO   who gets a mail; it is the report as text. Needs mail(1), as bsd-mailx or s-nail bring it.
#   WEBHOOK   an address that takes {"text": …} by POST, as Slack and Mattermost do. Needs curl and jq.
#   FAIL_ON   low, medium (unless set) or high: the weakest lead, not dismissed, that is worth a message.
#
# Ends with 0 when nothing is to be said, 3 when there are leads, and 1 when it could not do all of its work: that is a message, too.
set -u
: "${HALLMARK:=hallmark}" "${CONFIG:=/etc/hallmark}" "${STATE:=/var/lib/hallmark}" "${FAIL_ON:=medium}"
: "${MAIL_TO:=}" "${WEBHOOK:=}" "${MAIL:=mail}"
umask 077
cd "$STATE" || exit 1
day=$(date -u +%Y-%m-%d)
previous=$(find . -maxdepth 1 -name 'sweep-*.ndjson' ! -name "sweep-$day.ndjson" | sort | tail -n 1)

# What is there of the configuration, as arguments.
set --
[ -f "$CONFIG/scope.yaml" ] && set -- --scope "$CONFIG/scope.yaml"
decisions=
[ -f "$CONFIG/decisions.ndjson" ] && decisions=$CONFIG/decisions.ndjson
inventory=
[ -f "$CONFIG/inventory.csv" ] && inventory=$CONFIG/inventory.csv

"$HALLMARK" scan --input "$CONFIG/targets.txt" --probe adaptive --quiet "$@" ${inventory:+--inventory "$inventory"} \
    ${decisions:+--decisions "$decisions"} --fail-on "$FAIL_ON" --corpus corpus.sqlite \
    --summary "summary-$day.json" --output "sweep-$day.ndjson"
code=$?

report() {
    "$HALLMARK" report "sweep-$day.ndjson" --summary "summary-$day.json" "$@" ${inventory:+--inventory "$inventory"} \
        ${decisions:+--decisions "$decisions"} ${previous:+--baseline "$previous"} --title "Weekly sweep of $day"
}
report "$@" --output "report-$day.html" || code=1
[ "$code" -eq 0 ] && exit 0

subject="hallmark: leads in the weekly sweep of $day"
[ "$code" -eq 3 ] || subject="hallmark: the weekly sweep of $day could not do all of its work ($code)"
if [ -n "$MAIL_TO" ]; then
    # A report that could not be made is said, with the reason.
    report "$@" --format markdown --rows 200 > message.md 2> errors.txt || { code=1; cat errors.txt >&2; }
    [ -s message.md ] || { echo "There is no report:"; tail -n 20 errors.txt; } > message.md
    "$MAIL" -s "$subject" "$MAIL_TO" < message.md || code=1
fi
if [ -n "$WEBHOOK" ]; then
    file="no report"
    [ -f "report-$day.html" ] && file="report-$day.html"
    jq -n --arg text "$subject: $file on $(uname -n)" '{text: $text}' |
        curl --silent --show-error --fail --max-time 30 -H 'Content-Type: application/json' --data-binary @- \
            --output /dev/null "$WEBHOOK" || code=1
fi
exit "$code"
