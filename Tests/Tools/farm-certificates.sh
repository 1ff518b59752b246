#!/usr/bin/env bash
# farm-certificates.sh DIR: makes the certificates and keys of farm.json's servers.
set -euo pipefail
cd "$1"
days=(-days 30)

request() { openssl req -new -nodes "$@" 2> /dev/null; }
curve() { openssl ecparam -name "$1" -genkey -noout -out "$2"; }
sign() { openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -extfile "$1.ext" -out "$2" "${days[@]}" 2> /dev/null; }

# rsa: what `openssl req -x509` makes by default, and a SAN.
request -x509 -newkey rsa:2048 -keyout rsa.key -out rsa.pem "${days[@]}" -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -subj "/C=US/ST=California/L=San Francisco/O=FP Farm/OU=Lab/CN=localhost"
openssl pkcs12 -export -inkey rsa.key -in rsa.pem -out rsa.p12 -passout pass:changeit -name farm
openssl pkcs8 -topk8 -nocrypt -in rsa.key -out rsa.pk8.key

# ec: a leaf with a CA.
curve prime256v1 ca.key
request -x509 -key ca.key -out ca.pem "${days[@]}" -subj "/C=DE/O=FP Test CA/CN=FP Test Root"
curve prime256v1 ec.key
request -key ec.key -subj /CN=localhost -out ec.csr
printf '%s\n' keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth subjectAltName=DNS:localhost,IP:127.0.0.1 > ec.ext
sign ec ecleaf.pem
cat ecleaf.pem ca.pem > ec.pem

# v1: no extensions at all.
request -newkey rsa:2048 -keyout v1.key -subj /CN=localhost -out v1.csr
openssl x509 -req -in v1.csr -signkey v1.key -out v1.pem "${days[@]}" 2> /dev/null

# mv: several attributes in one RDN, rare attributes, extensions that nobody knows.
request -newkey rsa:2048 -keyout mv.key -multivalue-rdn -out mv.csr \
  -subj "/DC=test/DC=farm/O=Multi+OU=Valued/CN=localhost/emailAddress=a@example.com/serialNumber=42"
printf '%s\n' subjectAltName=DNS:localhost 1.3.6.1.4.1.99999.1=ASN1:UTF8String:hello > mv.ext
sign mv mv.pem

# ed: empty names. p521: a large curve.
openssl genpkey -algorithm ed25519 -out ed.key
request -x509 -key ed.key -out ed.pem "${days[@]}" -subj / -addext subjectAltName=critical,DNS:localhost
curve secp521r1 p521.key
request -x509 -key p521.key -out p521.pem "${days[@]}" -subj /O=P521/CN=localhost

for name in rsa ec v1 mv ed p521; do cat "$name.key" "$name.pem" > "$name.both.pem"; done
openssl dhparam -dsaparam -out dh2048.pem 2048 2> /dev/null
chmod -R a+rX .
