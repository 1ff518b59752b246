#!/usr/bin/env bash
# Makes Debian packages of what dist.sh built: hallmark, and hallmark-signatures, which can be newer.
#
#   deb.sh [FOLDER]: FOLDER as given to dist.sh (default .build-dist); the packages are left there.
set -euo pipefail
umask 022  # what is packed can be read by all, whatever who packs it is used to
cd "$(dirname "$0")/.."
folder=$(cd "${1:-.build-dist}" && pwd)
stage=$(find "$folder" -maxdepth 1 -type d -name 'hallmark-*-linux-*')
version=$(basename "$stage" | cut -d - -f 2)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
maintainer="The Hallmark authors <hallmark@hallmark.example>"

# What every package has below /usr/share/doc.
documents() {
    local doc=$1/usr/share/doc/$2
    mkdir -p "$doc"
    Packaging/copyright.sh "$2" "$stage/share/doc/hallmark/licenses" > "$doc/copyright"
    printf '%s (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md in the package hallmark.\n\n -- %s  %s\n' \
        "hallmark" "$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.gz"
}

# control PACKAGE ARCHITECTURE DEPENDS SHORT LONG
control() {
    cat << CONTROL
Package: $1
Source: hallmark
Version: $version
Section: net
Priority: optional
Architecture: $2
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$folder/deb/$1/usr" | cut -f 1)
Depends: $3
Description: $4
$(fold -s -w 76 <<< "$5" | sed 's/ *$//; s/^/ /')
CONTROL
}

pack() {
    mkdir -p "$folder/deb/$1/DEBIAN"
    cat > "$folder/deb/$1/DEBIAN/control"
    (cd "$folder/deb/$1" && find usr -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
    find "$folder/deb/$1" -type d -exec chmod 755 {} +
    find "$folder/deb/$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group --build "$folder/deb/$1" "$folder" > /dev/null
}

rm -rf "$folder/deb"
rules=$folder/deb/hallmark-signatures program=$folder/deb/hallmark
mkdir -p "$rules/usr/share/hallmark" "$program/usr/share/hallmark" "$program/usr/share/man/man1" "$program/usr/bin"
cp -r "$stage"/share/hallmark/{signatures,vocabulary,release.json} "$rules/usr/share/hallmark/"
documents "$rules" hallmark-signatures
control hallmark-signatures all hallmark "signatures of adversary tools for hallmark" \
    "Sigma rules for what adversary tools and their look-alikes show in TLS and HTTP." | sed '/^Depends/s/.*/Enhances: hallmark/' |
    pack hallmark-signatures

cp "$stage/bin/hallmark" "$program/usr/bin/"
cp -r "$stage"/share/hallmark/{lookalikes,mappings,publicsuffix,targets} "$program/usr/share/hallmark/"
cp -r "$stage"/share/{bash-completion,fish} "$program/usr/share/"
mkdir -p "$program/usr/share/zsh/vendor-completions"
cp "$stage/share/zsh/site-functions/_hallmark" "$program/usr/share/zsh/vendor-completions/"
gzip -9nc "$stage/share/man/man1/hallmark.1" > "$program/usr/share/man/man1/hallmark.1.gz"
documents "$program" hallmark
cp -r "$stage"/share/doc/hallmark/{Docs,README.md,CHANGELOG.md,NOTICE,examples,licenses,pysigma,sbom.cdx.json} "$program/usr/share/doc/hallmark/"
# Completions are read by a shell, not run. Yams brings the libyaml that it is tested with, and `roots audit` reads the
# lists of packages in images, of which dpkg itself knows nothing.
sed -i '1{/^#!/d}' "$program/usr/share/bash-completion/completions/hallmark"
mkdir -p "$program/usr/share/lintian/overrides"
printf 'hallmark: %s [usr/bin/hallmark]\n' 'embedded-library libyaml' uses-dpkg-database-directly > "$program/usr/share/lintian/overrides/hallmark"
mkdir -p "$folder/deb/shlibs/debian"
printf 'Source: hallmark\n\nPackage: hallmark\nArchitecture: any\n' > "$folder/deb/shlibs/debian/control"
needs=$(cd "$folder/deb/shlibs" && dpkg-shlibdeps -O "$program/usr/bin/hallmark" 2> /dev/null | sed 's/^shlibs:Depends=//')
control hallmark "$architecture" "$needs, hallmark-signatures (>= $version)" \
    "TLS scanner and certificate fingerprinting engine for defenders" \
    "Sweeps the address ranges that you own and says which endpoints carry the marks of adversary tools, with the evidence." |
    pack hallmark
ls -l "$folder"/*.deb
