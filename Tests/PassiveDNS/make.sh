#!/usr/bin/env bash
# Writes the files of this folder anew: a name server answers questions, and each program writes what it was asked.
# Needs bind9, bind9-dnsutils, dnstap-ldns and golang-github-dnstap-golang-dnstap-cli of Debian.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/named.conf" <<END
options { directory "$work"; pid-file "$work/pid"; session-keyfile "$work/key"; recursion no; dnssec-validation no;
    listen-on port 5399 { 127.0.0.1; }; listen-on-v6 { none; };
    dnstap { all; }; dnstap-output file "$work/out.tap"; dnstap-identity "ns.example"; };
controls { };
zone "example.test" { type primary; file "zone"; };
END
cat > "$work/zone" <<'END'
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
  NS ns
  MX 10 www
ns A 192.0.2.53
www A 192.0.2.10
www A 192.0.2.11
www AAAA 2001:db8::10
shop CNAME www
deep CNAME shop
text TXT "v=spf1 a: b" "x; y: z (" "IN A 192.0.2.66"
* A 192.0.2.99
END
named -f -c "$work/named.conf" & server=$!
until dig @127.0.0.1 -p 5399 +tries=1 +time=1 ns.example.test > "$work/log"; do sleep 0.2; done
ask() { dig @127.0.0.1 -p 5399 "$@" > "$work/log"; }
ask www.example.test A
ask www.example.test AAAA
ask deep.example.test A
ask text.example.test TXT
ask example.test SOA
ask example.test MX
ask under_score.example.test A
ask 'a\032b.example.test' A
ask nothing.www.example.test A
kill $server
wait $server || true
TZ=UTC dnstap-read -y "$work/out.tap" > dnstap-read.yaml
TZ=UTC dnstap-read -p "$work/out.tap" > dnstap-read.txt
TZ=UTC dnstap-read "$work/out.tap" > dnstap-read-quiet.txt
dnstap -y -r "$work/out.tap" > dnstap.yaml
dnstap -j -r "$work/out.tap" > dnstap.json
dnstap -q -r "$work/out.tap" > dnstap-quiet.txt
dnstap-ldns -y -r "$work/out.tap" > dnstap-ldns.yaml
dnstap-ldns -q -r "$work/out.tap" > dnstap-ldns-quiet.txt
