#!/bin/sh
# A weekly sweep that speaks only when there is something to say. An example: copy it, and have cron or systemd start it
# (hallmark-weekly.cron, hallmark-weekly.service and .timer beside it).
#
# In $CONFIG: targets.txt; when they are there also inventory.csv, scope.yaml and decisions.ndjson (hallmark decide).
# In $STATE everything is kept: the sweep, its summary and the report of each week, and the corpus. What another run of the
# same day left is kept with .before behind its name.
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
day=$(date -u +%Y-%m-%d)

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
for tool in "$HALLMARK" ${MAIL_TO:+"$MAIL"} ${WEBHOOK:+curl jq}; do
    command -v "$tool" > /dev/null 2>&1 || missing="$missing $tool"
done
[ -z "$missing" ] || give_up "there is no program$missing here"
cd "$STATE" || give_up "there is no folder to keep the sweep in: $STATE"

# What is left of another run of the day is not this one's.
for file in "sweep-$day.ndjson" "summary-$day.json" "report-$day.html"; do
    ! { [ -e "$file" ] || [ -L "$file" ]; } || mv -f "$file" "$file.before" || give_up "nothing can be kept in $STATE"
done
# What has no record in it is no former sweep.
previous=$(find . -maxdepth 1 -name 'sweep-*.ndjson' ! -name "sweep-$day.ndjson" ! -size 0 | sort | tail -n 1)

# What is there of the configuration, as arguments. What leads nowhere, or is no file, is there all the same: hallmark says so.
there() { [ -e "$1" ] || [ -L "$1" ]; }
set --
there "$CONFIG/scope.yaml" && set -- --scope "$CONFIG/scope.yaml"
decisions=
there "$CONFIG/decisions.ndjson" && decisions=$CONFIG/decisions.ndjson
inventory=
there "$CONFIG/inventory.csv" && inventory=$CONFIG/inventory.csv

"$HALLMARK" scan --input "$CONFIG/targets.txt" --probe adaptive --quiet "$@" ${inventory:+--inventory "$inventory"} \
    ${decisions:+--decisions "$decisions"} --fail-on "$FAIL_ON" --corpus corpus.sqlite \
    --summary "summary-$day.json" --output "sweep-$day.ndjson" 2> scan-errors.txt
code=$?
cat scan-errors.txt >&2
# That there are leads is said whatever else fails.
leads=$code

report() {
    "$HALLMARK" report "sweep-$day.ndjson" --summary "summary-$day.json" "$@" ${inventory:+--inventory "$inventory"} \
        ${decisions:+--decisions "$decisions"} ${previous:+--baseline "$previous"} --title "Weekly sweep of $day"
}
report "$@" --output "report-$day.html" || code=1
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
    [ -s "report-$day.html" ] && file="report-$day.html"
    hook_it "$subject: $file on $(uname -n)" || code=1
fi
exit "$code"
