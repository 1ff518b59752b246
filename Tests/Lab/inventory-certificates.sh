#!/usr/bin/env bash
# Certificates of a lab in which every finding of a comparison occurs, made by openssl: NAME.pem and NAME.key in FOLDER.
#
#   inventory-certificates.sh FOLDER
set -euo pipefail
cd "$1"
exec 2> openssl.log

mkdir -p ca
printf '[req]\ndistinguished_name=name\n[name]\n[ca]\nbasicConstraints=critical,CA:TRUE\n' > plain.cnf
cat > ca.cnf << 'CONFIGURATION'
[ca]
default_ca = lab
[lab]
database = ca/index
serial = ca/serial
new_certs_dir = ca
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = optional
CONFIGURATION

key() {  # key NAME: a P-256 key
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

now=$(date +%s)
day() { date -u -d "@$((now + $1 * 86400))" +%Y%m%d%H%M%SZ; }  # day NUMBER: a time in days from now

serial=0
# issued NAME SUBJECT NAMES FIRST-DAY LAST-DAY [CA [DIGEST [EXTENSION [SERIAL]]]]: a certificate by a CA of the lab, in days from now.
issued() {
    local name=$1 subject=$2 names=$3 ca=${6:-lab-ca} digest=${7:-sha256} extension=${8:-} number
    serial=$((serial + 1))
    number=${9:-$((4096 + serial))}
    [ -e "$name.key" ] || key "$name"
    : > ca/index
    printf '%016x\n' "$number" > ca/serial
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n%s\n' "$names" "$extension" > extensions.cnf
    openssl req -new -config plain.cnf -key "$name.key" -subj "$subject" -out request.csr
    openssl ca -batch -notext -config ca.cnf -cert "$ca.pem" -keyfile "$ca.key" -md "$digest" -preserveDN \
        -startdate "$(day "$4")" -enddate "$(day "$5")" -extfile extensions.cnf -in request.csr -out "$name.leaf"
    cat "$name.leaf" "$ca.pem" > "$name.pem"
}

self_signed() {  # self_signed NAME SUBJECT ARGUMENTS…
    local name=$1 subject=$2
    shift 2
    [ -e "$name.key" ] || key "$name"
    openssl req -x509 -new -config plain.cnf -key "$name.key" -subj "$subject" -out "$name.pem" "$@"
}

self_signed lab-ca '/C=DE/O=Lab/CN=Lab CA' -extensions ca -days 3650
self_signed other-ca '/C=DE/O=Other/CN=Other CA' -extensions ca -days 3650

issued shop '/CN=shop.lab.test' 'DNS:shop.lab.test,DNS:www.lab.test' -10 80
issued mail '/CN=mail.lab.test' 'DNS:mail.lab.test' -80 20
cp mail.key mail-renewed.key
issued mail-renewed '/CN=mail.lab.test' 'DNS:mail.lab.test' -1 89
# The same certificate without and with a list of SCTs: one TBS family. (The list is of the right form and otherwise made up.)
sct=00$(printf 'a5%.0s' {1..32})00000000000000000000040300087261636571756965
list=$(printf '%04x%04x%s' $((${#sct} / 2 + 2)) $((${#sct} / 2)) "$sct")
issued family '/CN=family.lab.test' 'DNS:family.lab.test' -5 85 lab-ca sha256 '' 77
cp family.key family-logged.key
issued family-logged '/CN=family.lab.test' 'DNS:family.lab.test' -5 85 lab-ca sha256 \
    "1.3.6.1.4.1.11129.2.4.2=DER:04$(printf '%02x' $((${#list} / 2)))$list" 77
issued pay '/CN=pay.lab.test' 'DNS:pay.lab.test' -10 80
issued old '/CN=old.lab.test' 'DNS:old.lab.test' -100 -10
issued drift '/CN=drift.lab.test' 'DNS:drift.lab.test' -10 80
issued drifted '/CN=drift.lab.test' 'DNS:drift.lab.test' -1 89
issued soon '/CN=soon.lab.test' 'DNS:soon.lab.test' -85 5
issued early '/CN=early.lab.test' 'DNS:early.lab.test' 5 95
openssl genrsa -out weak.key 1024
issued weak '/CN=weak.lab.test' 'DNS:weak.lab.test' -10 80 lab-ca sha1
issued legacy '/CN=legacy.lab.test' 'DNS:legacy.lab.test' -10 80
issued long '/CN=long.lab.test' 'DNS:long.lab.test' -10 790
issued guest '/CN=guest.lab.test' 'DNS:guest.lab.test' -10 80 other-ca
issued twin-1 '/CN=twin1.lab.test' 'DNS:twin1.lab.test' -10 80
cp twin-1.key twin-2.key
issued twin-2 '/CN=twin2.lab.test' 'DNS:twin2.lab.test' -10 80
issued gone '/CN=gone.lab.test' 'DNS:gone.lab.test' -10 80
issued new '/CN=new.lab.test' 'DNS:new.lab.test' -1 89
issued foreign '/CN=shop.lab.test' 'DNS:shop.lab.test' -1 89 other-ca
issued stranger '/CN=www.elsewhere.test' 'DNS:www.elsewhere.test' -1 89 other-ca
self_signed box '/CN=box' -days 90
self_signed self '/CN=self.lab.test' -days 90
# A published default, twice: the facts and their source stand in the rule that names the tool.
for name in beacon beacon-2; do
    openssl genrsa -out $name.key 2048
    self_signed $name '/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike' \
        -days 3650 -set_serial 146473198
done
