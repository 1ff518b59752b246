#!/usr/bin/env bash
# Each C library and each store is imported by the module that owns it, and by no other; and only the terminal's module
# prints. The compiler does not see this: a C module can be reached through another target.
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0

# owned MODULES PATTERN: an import of one of MODULES is allowed only in files that match PATTERN.
owned() {
    local found
    found=$(grep -rnE "^(package |internal |public |private |fileprivate )?import ($1)$" Sources --include='*.swift' |
        grep -vE "^Sources/($2)")
    [ -z "$found" ] && return
    echo "Only Sources/($2) may import $1:" >&2
    echo "$found" >&2
    status=1
}

owned 'CUV|CAres|CSocketBatch' 'Net/'
owned 'COpenSSL' 'TLSClient/|RuleUpdate/|Context/Revocation/Revocation(Proof|List)\.swift|RootStores/Reading/(PKCS12Store|PrivateKeys)\.swift|Observations/Certificate/(Digests|Ed25519|PublicKeyBuilder|SignatureCheck)\.swift|Observations/Record/AddressCipher\.swift|Transparency/(Log/LogKey|Merkle/TreeHash|SCT/IssuingKey)\.swift|Import/Capture/QUIC/InitialKeys\.swift|Fleet/Keys/(JobKey|NKey)\.swift'
owned 'CMaxMindDB' 'Context/Hosting/'
owned 'CCurl' 'Fetch/'
owned 'CVectorscan' 'Signatures/'
owned 'CYaml|Yams' 'YAML/'
owned 'Logging' 'Terminal/'
owned 'CSimdjson' 'Observations/Reading/'
owned 'CNGHTTP2' 'HTTPClient/'
owned 'CZlib' 'HTTPClient/|Observations/Reading/GzipStream\.swift|Fleet/Collect/FileChecksum\.swift'
owned 'CZstd' 'Observations/Reading/ZstdStream\.swift'
owned 'CSQLite' 'Corpus/Store/SQLiteSetup\.swift'
owned 'GRDB' 'Corpus/|Fleet/Collect/CollectState(\+Files)?\.swift|RootStores/Reading/NSSStore\.swift'
owned 'Net' 'Scan/|Net/|Discovery/|Fetch/|Context/|Transparency/Follow/'
owned 'Discovery' 'Scan/'
owned 'TLSClient' 'Scan/|TLSClient/'
owned 'Context' 'hallmark/'
owned 'Targets' 'Scan/|Pipeline/|hallmark/'
owned 'Inventory' 'Corpus/|Pipeline/|hallmark/'
owned 'Signatures' 'Indicators/|Pipeline/|hallmark/'
owned 'Indicators' 'hallmark/'
owned 'Import' 'Pipeline/|hallmark/'
owned 'CMicroHTTPD' 'Console/Server/'
owned 'Corpus' 'Search/|Console/|Pipeline/|Warehouse/|hallmark/'
owned 'Search' 'Console/|hallmark/'
owned 'Decisions' 'Hunting/|Reporting/|Search/|Console/|Pipeline/|hallmark/'
owned 'Reporting|Hunting|Console|Fleet|Warehouse' 'hallmark/'
owned 'CNATS' 'Fleet/'
owned 'Export' 'Pipeline/|Warehouse/|hallmark/'
owned 'Pipeline' 'hallmark/'
owned 'RootStores' 'hallmark/'
owned 'RuleUpdate|Metrics' 'hallmark/'
owned 'Scan' 'hallmark/'
owned 'Transparency' 'Context/|hallmark/'

# printed PATTERN: what reaches a terminal goes through what escapes it, and so only files that match PATTERN print.
printed() {
    local calls='\b(debugPrint|print|puts|fputs|dump)\(|\bFileHandle\.standard(Output|Error)\b|\bSTD(OUT|ERR)_FILENO\b|\bstd(out|err)\b'
    local found
    found=$(grep -rnE "$calls" Sources --include='*.swift' | grep -vE ':[0-9]+: *//' | grep -vE "^Sources/($1)")
    [ -z "$found" ] && return
    echo "Only Sources/($1) may print:" >&2
    echo "$found" >&2
    status=1
}

printed 'Terminal/|Pipeline/Sinks/OutputFile\.swift'
Tests/Tools/check-floors.sh || status=1
exit $status
