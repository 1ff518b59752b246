#!/usr/bin/env bash
# Builds what is given to others: a binary that needs no toolchain, and a tarball with all that belongs to it.
#
#   dist.sh [FOLDER]: builds the commit at hand in FOLDER (default .build-dist), and leaves there
#                     hallmark-VERSION-ARCHITECTURE.tar.gz, the debug symbols, the SBOM and SHA256SUMS.
#
# It builds what `git archive` gives, so that nothing else of the work tree gets in, and so that the binary knows its
# commit. No path and no time of the build is inside as text. The compiler digests paths, too (modules, the build id, the
# names of cached modules in the debug symbols), so the compiler sees FOLDER at one fixed path, in a mount namespace of
# its own, and the name of the folder is in nothing. reproducible.sh shows whether anything else differs.
set -euo pipefail
umask 022  # what is packed can be read by all, whatever who packs it is used to
cd "$(dirname "$0")/.."
root=$PWD
mkdir -p "${1:-.build-dist}"
folder=$(cd "${1:-.build-dist}" && pwd)
swift=${SWIFT:-swift}

version=$(sed -n 's/.*version: StaticString = "\(.*\)"/\1/p' Sources/Observations/Model/Product.swift)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
name=hallmark-$version-linux-$(uname -m)
source=$folder/source build=$folder/build stage=$folder/$name

rm -rf "$source" "$stage"
mkdir -p "$source" "$stage"
git archive HEAD | tar -x -C "$source"
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "dist: changes that are not committed are left out" >&2

# The binary. Swift's runtime is inside; libuv, OpenSSL and the like are the distribution's, as its fixes are.
cd "$source"
# /mnt is there on every Debian, and for this: the mount is seen by the build alone. Not where what the build needs lies
# below it. Who is not root gets the right to mount in a user namespace, where the kernel allows those.
at=/mnt enter=(unshare --mount)
[ "$(id -u)" = 0 ] || enter=(unshare --user --map-root-user --mount)
# shellcheck disable=SC2016 # the inner shell sets them
enter+=(sh -c 'mount --bind "$1" "$2" && cd "$2/source" && shift 2 && exec "$@"' dist "$folder" "$at")
case $(readlink -f "$(command -v "$swift")")$HOME in *"$at"/*) enter=(false) ;; esac
if ! "${enter[@]}" true 2> /dev/null; then
    echo "dist: no mount namespace can be had here, so the binary depends on the path of $folder" >&2
    at=$folder enter=()
fi
# What was built at another path is not taken up: its modules name that path.
[ "$(cat "$folder/built-at" 2> /dev/null)" = "$at" ] || rm -rf "$build"
echo "$at" > "$folder/built-at"
# A debug symbol of a C module names a digest of it, into which the times of generated files go. The linker's id would be a
# digest of all that it links, digests among it that nothing uses (below): it is one of the commit and the compiler instead.
id=$(printf '%s %s %s' "$(git -C "$root" rev-parse HEAD)" "$name" "$($swift --version 2> /dev/null)" | sha1sum | cut -c 1-40)
"${enter[@]}" "$swift" build -c release --product hallmark --static-swift-stdlib --scratch-path "$at/build" \
    -Xswiftc -Xfrontend -Xswiftc -no-clang-module-breadcrumbs -Xlinker "--build-id=0x$id" \
    -Xswiftc -file-prefix-map -Xswiftc "$at=/hallmark" \
    -Xcc "-ffile-prefix-map=$at=/hallmark" -Xcxx "-ffile-prefix-map=$at=/hallmark" >&2
binary=$folder/hallmark.linked
# The compiler leaves a digest of each file's code as it was before it was made better, to know it again: that differs now and
# then where what is made of it is the same.
digests=$(objdump -h "$build/release/hallmark" | awk '$2 == ".swift_modhash" { print $3 }')
head -c $((16#${digests:-0})) /dev/zero > "$folder/zeros"
objcopy ${digests:+--update-section ".swift_modhash=$folder/zeros"} "$build/release/hallmark" "$binary"
rm "$folder/zeros"
install -D -m 755 "$binary" "$stage/bin/hallmark"
objcopy --only-keep-debug "$binary" "$folder/hallmark.debug"
strip --strip-all --remove-section=.comment "$stage/bin/hallmark"
(cd "$folder" && objcopy --add-gnu-debuglink=hallmark.debug "$stage/bin/hallmark")
if grep -aqF -e "$folder" -e "$at/source" -e "$at/build" "$stage/bin/hallmark"; then
    echo "dist: a path of the build is inside the binary" >&2
    exit 1
fi
rm "$binary"

# What belongs to it, where an installation has it: the program finds its rules in ../share.
share=$stage/share
mkdir -p "$share/hallmark" "$share/doc/hallmark/licenses"
cp -r lookalikes mappings publicsuffix signatures targets vocabulary "$share/hallmark/"
(cd "$root" && Packaging/release-of-rules.sh "$stage/bin/hallmark" "$source/signatures") > "$share/hallmark/release.json"
cp -r Docs README.md CHANGELOG.md SECURITY.md LICENSE NOTICE "$share/doc/hallmark/"
cp -r Packaging/systemd "$share/doc/hallmark/examples"
cp -r Packaging/pysigma "$share/doc/hallmark/"
cp Packaging/weekly/* "$share/doc/hallmark/examples/"
cp Packaging/licenses/* "$share/doc/hallmark/licenses/"
for checkout in "$build"/checkouts/*/; do
    for file in "$checkout"LICENSE* "$checkout"NOTICE*; do
        [ ! -f "$file" ] || cp "$file" "$share/doc/hallmark/licenses/$(basename "$checkout")-$(basename "$file")"
    done
done
# Where the toolchain lies it says itself: `swift` may be a wrapper, as that of swiftly.
runtime=$($swift -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')
cp "$runtime/share/swift/LICENSE.txt" "$share/doc/hallmark/licenses/swift-LICENSE.txt"
mkdir -p "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" \
    "$share/fish/vendor_completions.d"
"$stage/bin/hallmark" --experimental-dump-help | Packaging/manual.py "$version" > "$share/man/man1/hallmark.1"
complete() { "$stage/bin/hallmark" --generate-completion-script "$1" > "$share/$2"; }
complete bash bash-completion/completions/hallmark
complete zsh zsh/site-functions/_hallmark
complete fish fish/vendor_completions.d/hallmark.fish
Packaging/sbom.py "$version" "$build" "$stage/bin/hallmark" > "$share/doc/hallmark/sbom.cdx.json"
cp "$share/doc/hallmark/sbom.cdx.json" "$folder/$name.cdx.json"

cd "$folder"
find "$name" -type d -exec chmod 755 {} +
find "$name" -type f -not -path '*/bin/*' -exec chmod 644 {} +
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -c "$name" | gzip -9n > "$name.tar.gz"
sha256sum "$name.tar.gz" hallmark.debug "$name.cdx.json" > SHA256SUMS
cat SHA256SUMS
cd "$root"
