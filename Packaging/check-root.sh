#!/usr/bin/env bash
# Tries what deb.sh packed in a bare Debian 12 without a toolchain, as root: check-root.sh [FOLDER].
#
# A root is made by mmdebstrap, the packages are installed with what they depend on, and the program is run by a user
# without rights. Every path that the Containerfile copies has to be there, and every package that it names has to be
# one that the program's package depends on.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(cd "${1:-.build-dist}" && pwd)
command -v mmdebstrap > /dev/null || { echo "check-root: mmdebstrap is needed: apt-get install mmdebstrap" >&2; exit 1; }
root=$(mktemp -d "${TMPDIR:-/tmp}/hallmark-root.XXXXXX")
trap 'rm -rf "$root"' EXIT

while read -r path; do
    compgen -G "$folder/$path" > /dev/null || { echo "the Containerfile copies $path, which is not there" >&2; exit 1; }
done < <(sed -n 's/^COPY \(\S*\) .*/\1/p' Packaging/Containerfile)
depends=$(dpkg-deb --field "$folder"/hallmark_*.deb Depends)
while read -r package; do
    grep -qF "$package" <<< "$depends" || { echo "the Containerfile names $package, the program does not need it" >&2; exit 1; }
done < <(grep 'apt-get install' Packaging/Containerfile | grep -oE '\b(lib[a-z0-9+-]+|zlib1g)')
# shellcheck disable=SC2016 # the hook's shell sets $1
mmdebstrap --quiet --variant=minbase --include=ca-certificates \
    --customize-hook="copy-in $(echo "$folder"/*.deb) /tmp" \
    --customize-hook='chroot "$1" sh -c "apt-get update -q && apt-get install -y -q /tmp/*.deb" > /dev/null' \
    bookworm "$root/tree"
# With /proc, as every container has it (a Swift program gets its arguments from there), and with nothing to write to.
# shellcheck disable=SC2016 # the inner shell sets them
inside() {
    unshare --mount --net sh -c 'tree=$1; shift
        ip link set lo up 2> /dev/null
        mount --bind "$tree" "$tree" && mount -o remount,bind,ro "$tree" && mount -t proc proc "$tree/proc" &&
        exec chroot --userspec=65534:65534 "$tree" "$@"' inside "$root/tree" "$@"
}
! inside sh -c 'command -v swift' || { echo "a toolchain is inside" >&2; exit 1; }
inside hallmark --version | grep -q '^rules: .*, in /usr/share/hallmark/signatures$'
inside hallmark --version
inside hallmark signatures test 2>&1 | grep -q ' 0 failures$' && echo "the rules' examples match"
inside sh -c 'hallmark scan -q --no-signatures 127.0.0.1:1' | grep -q '"code":"connection_refused"'
echo "it runs in a root of $(du -sm "$root/tree" | cut -f 1) MB, of which the program is $(du -k "$root/tree/usr/bin/hallmark" | cut -f 1) kB"
