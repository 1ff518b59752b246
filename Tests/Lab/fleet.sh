#!/usr/bin/env bash
# A fleet on this machine: a broker, three workers and a collector sweep a part of loopback. In the middle, a worker and the
# broker are killed with -9, and started again. Prints how many endpoints were planned, stored, lost and stored twice.
#
#   fleet.sh HALLMARK [RUNS]: RUNS times (default 1), with kills at random moments.
#
# RANGE=127.9.0.0/18 chooses how much is swept. Needs nats-server, nginx and openssl; as root it runs in a network namespace of
# its own, so that nothing of it can leave the machine.
set -euo pipefail

hallmark=$(realpath "$1")
runs=${2:-1}
range=${RANGE:-127.9.0.0/19}
if [ "$(id -u)" = 0 ] && [ -z "${FLEET_INSIDE:-}" ]; then
    FLEET_INSIDE=1 exec unshare -n "$0" "$hallmark" "$runs"
fi
[ -z "${FLEET_INSIDE:-}" ] || ip link set lo up

folder=$(mktemp -d "${TMPDIR:-/tmp}/hallmark-fleet.XXXXXX")
started=()
# shellcheck disable=SC2317 # the trap calls it
stop() {
    local status=$?
    for process in "${started[@]}"; do kill -9 "$process" 2> /dev/null || true; done
    wait 2> /dev/null || true
    [ "$status" = 0 ] || tail -n 5 "$folder"/*.log >&2 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

# start NAME COMMAND…: in the background, with a log; sets $last to its process.
start() {
    local name=$1
    shift
    "$@" > "$folder/$name.log" 2>&1 &
    last=$!
    started+=("$last")
}

wait_for_port() {
    for _ in $(seq 200); do
        (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return 0
        sleep 0.05
    done
    echo "fleet: nothing listens at port $1" >&2
    return 1
}

endpoints=20443
broker_port=24222
place=(--server "nats://127.0.0.1:$broker_port")

openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=fleet.example \
    -keyout "$folder/server.key" -out "$folder/server.pem" 2> "$folder/openssl.log"
cat > "$folder/nginx.conf" << CONFIGURATION
daemon off; pid $folder/nginx.pid; error_log stderr; worker_processes 2;
events { worker_connections 8192; }
http {
    access_log off;
    server { listen 0.0.0.0:$endpoints ssl; ssl_certificate server.pem; ssl_certificate_key server.key; return 200; }
}
CONFIGURATION
start nginx nginx -p "$folder" -c "$folder/nginx.conf"
wait_for_port $endpoints
openssl genpkey -algorithm ed25519 -out "$folder/job.key"
openssl pkey -in "$folder/job.key" -pubout -out "$folder/job.pub"

start_broker() {
    start "broker$1" nats-server -a 127.0.0.1 -p $broker_port -js -sd "$folder/streams$1"
    broker=$last
    wait_for_port $broker_port
}

start_worker() {
    start "worker-$1" "$hallmark" fleet work "${place[@]}" --trusted-key "$folder/job.pub" --name "$1" --allow-special \
        -- --threads 1 --concurrency 4
}

# some SECONDS: waits for up to so long.
some() { sleep "$(awk -v most="$1" -v seed="$RANDOM" 'BEGIN { srand(seed); print rand() * most }')"; }

failed=0
for run in $(seq "$runs"); do
    start_broker "$run"
    job=$("$hallmark" fleet submit "${place[@]}" --key "$folder/job.key" --shard-size 256 --lease 5 -- \
        "$range" -p $endpoints --include-special --no-signatures 2> "$folder/submit.log")
    planned=$(sed -nE 's/.*hallmark: ([0-9,]+) endpoints? in .*/\1/p' "$folder/submit.log" | tr -d ,)
    start collector "$hallmark" fleet collect "${place[@]}" --into "$folder/records$run" --until-done
    collector=$last
    workers=()
    for name in one two three; do
        start_worker "$name-$run"
        workers+=("$last")
    done
    # The middle begins when something is done.
    until "$hallmark" fleet status "${place[@]}" --format ndjson 2> /dev/null | grep -q '"shards_done":[1-9]'; do sleep 0.2; done
    some 2
    kill -9 "${workers[1]}"
    some 2
    kill -9 "$broker"
    some 2
    start_broker "$run"
    start_worker "four-$run"
    workers+=("$last")
    wait "$collector" || failed=1
    "$hallmark" fleet status "${place[@]}" > "$folder/status.log"
    kill "${workers[@]}" 2> /dev/null || true
    kill -9 "$broker" 2> /dev/null || true
    wait "$broker" "${workers[@]}" 2> /dev/null || true
    stored=$(cat "$folder/records$run"/*.ndjson | wc -l)
    distinct=$(cat "$folder/records$run"/*.ndjson |
        sed -E 's/.*"server":\{"address":"([^"]*)".*"port":([0-9]+).*/\1/' | sort -u | wc -l)
    again=$(sed -nE 's/.*stored, ([0-9,]+) came again.*/\1/p' "$folder/collector.log")
    lost=$((planned - distinct))
    twice=$((stored - distinct))
    echo "job $job: planned $planned, stored $stored, lost $lost, twice $twice (came again and not stored: ${again:-?})"
    [ "$lost" = 0 ] && [ "$twice" = 0 ] || failed=1
done
exit $failed
