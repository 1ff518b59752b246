#!/usr/bin/env bash
# A small lab on loopback: ten TLS servers of one nginx. Five carry published defaults of adversary
# tools, with certificates made here for the purpose; five are what one meets every day.
#
#   lab.sh COMMAND… : starts the lab, runs COMMAND with the list of targets as its last argument,
#                     stops the lab, and ends as COMMAND did.
#   lab.sh          : starts the lab, prints its endpoints, runs until interrupted.
#
# LAB_PORT=20443 gives the servers the ports from there on, in the order in which they are listed below; without it each
# gets one that is free.
set -euo pipefail

command -v nginx > /dev/null || { echo "lab: nginx is needed: apt-get install nginx-light" >&2; exit 1; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/hallmark-lab.XXXXXX")
log=$folder/openssl.log
server=
stop() {
    local status=$?
    [ -n "$server" ] || [ $status = 0 ] || cat "$log" >&2
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2> /dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

port=20000
next_port() {  # sets $port to the next one, or to one that nobody listens on
    if [ -n "${LAB_PORT:-}" ]; then
        if [ "$port" = 20000 ]; then port=$LAB_PORT; else port=$((port + 1)); fi
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || return 0
        echo "lab: port $port is taken; is a lab up already?" >&2
        exit 1
    fi
    port=$((port + 1 + RANDOM % 97))
    while (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((port + 1)); done
}

# endpoint NAME DIRECTIVES: one server with NAME's certificate; says so in the list of targets.
endpoint() {
    next_port
    cat >> "$folder/servers.conf" << SERVER
server {
    listen 127.0.0.1:$port ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $folder/$1.pem;
    ssl_certificate_key $folder/$1.key;
    $2
}
SERVER
    echo "127.0.0.1:$port  # $1" >> "$folder/targets.txt"
}

# self_signed NAME SUBJECT ARGUMENTS…: a certificate by openssl req.
self_signed() {
    local name=$1 subject=$2
    shift 2
    openssl req -x509 -nodes -subj "$subject" -keyout "$folder/$name.key" -out "$folder/$name.pem" "$@" 2>> "$log"
}

# issued NAME SUBJECT NAMES ARGUMENTS…: a certificate by the lab's CA, with the CA's behind it.
issued() {
    local name=$1 subject=$2 names=$3
    shift 3
    openssl req -nodes -subj "$subject" -keyout "$folder/$name.key" -out "$folder/$name.csr" "$@" 2>> "$log"
    openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -days 90 \
        -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n' "$names") \
        -out "$folder/$name.leaf" 2>> "$log"
    cat "$folder/$name.leaf" "$folder/ca.pem" > "$folder/$name.pem"
}

p256=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
p384=(-newkey ec -pkeyopt ec_paramgen_curve:P-384)

# openssl req leaves empty attributes out; a configuration file keeps them. No extensions unless asked for.
printf '[req]\ndistinguished_name=name\n[name]\n[ca]\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n' > "$folder/plain.cnf"
plain=(-config "$folder/plain.cnf")

# Published defaults: the facts and their sources stand in the rules that name these tools.
# (The team server's own has C=Earth as well, which openssl finds too long for a country.)
self_signed cobalt-strike '/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike' \
    "${plain[@]}" -newkey rsa:2048 -days 3650 -set_serial 146473198
# A certificate of the same second would share a mark with it on fast machines, and on slow ones not.
made=$(date +%s)
while [ "$(date +%s)" = "$made" ]; do sleep 0.05; done
self_signed asyncrat '/CN=AsyncRAT Server' "${plain[@]}" -extensions ca -newkey rsa:2048 -sha512 -days 36500
self_signed poshc2 '/C=US/ST=Minnesota/L=Minnetonka/O=Pajfds/OU=Jethpro/CN=P18055077' \
    "${plain[@]}" -newkey rsa:2048 -days 3650 -set_serial 1000
self_signed covenant '/CN=Covenant' "${plain[@]}" -newkey rsa:2048 -days 3650
self_signed gophish '/O=Gophish' "${plain[@]}" "${p384[@]}" -days 3650

# What one meets every day.
self_signed ca '/C=DE/O=Example Lab/CN=Example Lab Root' "${plain[@]}" -extensions ca "${p256[@]}" -days 3650
issued shop '/CN=shop.example.com' 'DNS:shop.example.com,DNS:www.shop.example.com' "${p256[@]}"
issued mail '/C=DE/O=Example GmbH/CN=mail.example.org' 'DNS:mail.example.org,DNS:*.mail.example.org' -newkey rsa:2048
issued intranet '/O=Example GmbH/OU=IT/CN=intranet' 'DNS:intranet,IP:127.0.0.1' "${p384[@]}"
self_signed snakeoil '/CN=build-host' -newkey rsa:2048 -days 3650 -addext 'subjectAltName=DNS:build-host'
self_signed localhost '/CN=localhost' "${p256[@]}" -days 365 -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1'

# The header order and values are those of the published defaults as far as nginx can give them.
endpoint cobalt-strike 'location / { default_type text/plain; return 404 ""; }'
endpoint shop 'location / { return 200 "<html><title>Shop</title></html>"; default_type text/html; }'
endpoint asyncrat 'location / { return 444; }'
endpoint mail 'location / { return 301 https://mail.example.org/; }'
endpoint snakeoil 'location / { return 200 "ok"; }'
endpoint poshc2 'location / { return 404; }'
endpoint intranet 'location / { return 401; }'
endpoint covenant 'location / { default_type text/html; return 200 "<title>Covenant - Login</title>"; }'
endpoint localhost 'location / { return 200 "ok"; }'
endpoint gophish 'add_header X-Server gophish always; location / { return 404; }'

cat > "$folder/nginx.conf" << CONFIGURATION
daemon off; worker_processes 1; pid $folder/pid; error_log stderr crit;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder;
    uwsgi_temp_path $folder; scgi_temp_path $folder;
    include $folder/servers.conf;
}
CONFIGURATION
nginx -p "$folder" -c "$folder/nginx.conf" 2> "$folder/nginx.log" &
server=$!
for _ in $(seq 1200); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break
    kill -0 "$server" 2> /dev/null || { cat "$folder/nginx.log" >&2; exit 1; }
    sleep 0.05
done

if [ $# -gt 0 ]; then
    "$@" "$folder/targets.txt"
else
    cat "$folder/targets.txt"
    echo "lab: up until interrupted; the list is $folder/targets.txt" >&2
    wait "$server"
fi
