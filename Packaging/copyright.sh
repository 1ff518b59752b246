#!/usr/bin/env bash
# Prints a package's copyright file, with the texts of all that is inside: copyright.sh PACKAGE [LICENSES].
#
#   LICENSES: the folder of licence texts that dist.sh made, for the package of the program.
set -euo pipefail
package=$1 licenses=${2:-}

# A text as the field of a stanza has it.
field() { sed 's/^$/./; s/^[[:space:]]*$/./; s/^/ /' "$1"; }

cat << HEAD
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Hallmark

Files: *
Copyright: 2026 The Hallmark authors
License: Apache-2.0
HEAD
if [ "$package" = hallmark ]; then
    cat << PROGRAM
Comment: usr/bin/hallmark has parts of others inside, under the licences below: Yams with libyaml and GRDB (MIT);
 swift-argument-parser, swift-collections, swift-log, and the runtime of Swift (Apache-2.0, the runtime with an
 exception); ICU in Swift's Foundation (Unicode-3.0). Their texts are in /usr/share/doc/hallmark/licenses.

Files: usr/share/hallmark/publicsuffix/public_suffix_list.dat
Copyright: The Public Suffix List's contributors
License: MPL-2.0
Comment: unchanged, from https://publicsuffix.org/

Files: usr/share/hallmark/lookalikes/skeletons.txt
Copyright: 1991-2026 Unicode, Inc.
License: Unicode-3.0
Comment: made of data files of the Unicode Consortium.

License: MPL-2.0
 On Debian systems the text is in /usr/share/common-licenses/MPL-2.0.

License: Unicode-3.0
$(field "$licenses/unicode-LICENSE.txt")
PROGRAM
    # One licence, with other names of authors.
    for file in "$licenses"/{GRDB.swift,Yams,libyaml}-LICENSE*; do
        name=$(basename "$file")
        printf '\nLicense: MIT-%s\n%s\n' "${name%%-*}" "$(field "$file")"
    done
fi
printf '\nLicense: Apache-2.0\n On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n'
