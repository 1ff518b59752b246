#!/bin/sh
# A weekly sweep that speaks only when there is something to say. An example: copy it, and have cron or systemd start it
# (hallmark-weekly.cron, hallmark-weekly.service and .timer beside it).
#
# In $CONFIG: targets.txt; when they are there also inventory.csv, scope.yaml and decisions.ndjson (hallmark decide).
# In $STATE everything is kept: the sweep, its summary and the report of each run, named by the time at which it began, and
# the corpus. Of two runs at once the second ends and says so.
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
now=$(date -u +%Y-%m-%dT%H%M%SZ)
day=${now%T*}

# Mails what it is given, with a subject.
mail_it() { "$MAIL" -s "$1" "$MAIL_TO"; }
# Sends a text to the webhook; an empty body is no message.
hook_it() {
    body=$(jq -n --arg text "$1" '{text: $text}') && [ -n "$body" ] &&
        printf '%s\n' "$body" | curl --silent --show-error --fail --max-time 30 -H 'Content-Type: application/json' \
            --data-binary @- --output /dev/null "$WEBHOOK"
}
# Ends before the sweep, and says why by whatever there is.
give_up() {
    echo "hallmark-weekly.sh: $1" >&2
    subject="hallmark: the weekly sweep of $day could not begin"
    [ -n "$MAIL_TO" ] && echo "$1" | mail_it "$subject"
    [ -n "$WEBHOOK" ] && hook_it "$subject: $1 ($(uname -n))"
    exit 1
}

# Who learns only at the end that nobody can be told has leads that nobody hears of.
missing=
for tool in "$HALLMARK" flock ${MAIL_TO:+"$MAIL"} ${WEBHOOK:+curl jq}; do
    command -v "$tool" > /dev/null 2>&1 || missing="$missing $tool"
done
[ -z "$missing" ] || give_up "there is no program$missing here"
cd "$STATE" || give_up "there is no folder to keep the sweep in: $STATE"

# One run at a time: this one holds the lock until it ends, however it does.
(: >> lock) 2> /dev/null || give_up "nothing can be kept in $STATE"
exec 9>> lock
flock -n 9 || give_up "another run is at work in $STATE"

there() { [ -e "$1" ] || [ -L "$1" ]; }
# A run of the same second, before the clock was set back or on a fast machine, keeps what it left.
while there "sweep-$now.ndjson" || there "summary-$now.json" || there "report-$now.html"; do
    sleep 1
    now=$(date -u +%Y-%m-%dT%H%M%SZ)
done
# What has no record in it is no former sweep.
previous=$(find . -maxdepth 1 -name 'sweep-*.ndjson' ! -size 0 | LC_ALL=C sort | tail -n 1)

# What is there of the configuration, as arguments. What leads nowhere, or is no file, is there all the same: hallmark says so.
set --
there "$CONFIG/scope.yaml" && set -- --scope "$CONFIG/scope.yaml"
decisions=
there "$CONFIG/decisions.ndjson" && decisions=$CONFIG/decisions.ndjson
inventory=
there "$CONFIG/inventory.csv" && inventory=$CONFIG/inventory.csv

"$HALLMARK" scan --input "$CONFIG/targets.txt" --probe adaptive --quiet "$@" ${inventory:+--inventory "$inventory"} \
    ${decisions:+--decisions "$decisions"} --fail-on "$FAIL_ON" --corpus corpus.sqlite \
    --summary "summary-$now.json" --output "sweep-$now.ndjson" 2> scan-errors.txt
code=$?
cat scan-errors.txt >&2
# That there are leads is said whatever else fails.
leads=$code

report() {
    "$HALLMARK" report "sweep-$now.ndjson" --summary "summary-$now.json" "$@" ${inventory:+--inventory "$inventory"} \
        ${decisions:+--decisions "$decisions"} ${previous:+--baseline "$previous"} --title "Weekly sweep of $day"
}
report "$@" --output "report-$now.html" || code=1
[ "$code" -eq 0 ] && exit 0

subject="hallmark: leads in the weekly sweep of $day"
[ "$code" -eq 3 ] || subject="hallmark: the weekly sweep of $day could not do all of its work ($code)"
[ "$leads" -ne 3 ] || [ "$code" -eq 3 ] || subject="hallmark: leads in the weekly sweep of $day, which could not do all of its work"
if [ -n "$MAIL_TO" ]; then
    # A report that could not be made is said, with the reason.
    report "$@" --format markdown --rows 200 > message.md 2> errors.txt || { code=1; cat errors.txt >&2; }
    [ -s message.md ] || { echo "There is no report:"; tail -n 20 errors.txt; } > message.md
    # Why the sweep itself did not go well stands with the rest.
    [ "$leads" -eq 0 ] || [ "$leads" -eq 3 ] || { echo; echo "The scan:"; tail -n 20 scan-errors.txt; } >> message.md
    mail_it "$subject" < message.md || code=1
fi
if [ -n "$WEBHOOK" ]; then
    file="no report"
    [ -s "report-$now.html" ] && file="report-$now.html"
    hook_it "$subject: $file on $(uname -n)" || code=1
fi
exit "$code"
