#!/usr/bin/env python3
"""Writes lookalikes/skeletons.txt: which characters look like a letter or digit of ASCII.

Two sources, both of Unicode: the confusables of UTS #39, as the package confusable-homoglyphs (PyPI) carries them,
and the names of Latin letters, which say what they are made of. make_skeletons.py > lookalikes/skeletons.txt
"""
import re
import unicodedata
from importlib.metadata import version

from confusable_homoglyphs import confusables

ASCII = "abcdefghijklmnopqrstuvwxyz0123456789"
NAME = re.compile(r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL|SMALL LETTER DOTLESS) ([A-Z])(?: WITH .*)?$")

found = {}
for code in range(0x80, 0x30000):
    character = chr(code)
    match = NAME.match(unicodedata.name(character, ""))
    if match:
        found[code] = match.group(1).lower()

for letter in ASCII:
    for entry in confusables.confusables_data.get(letter, []) + confusables.confusables_data.get(letter.upper(), []):
        character = entry["c"]
        # A name has one case; what only looks like the capital does so in lower case, too, or never comes.
        for form in {character, character.lower()}:
            if len(form) == 1 and ord(form) >= 0x80:
                found.setdefault(ord(form), letter)

# Letters whose names say something else.
for character, letters in {"æ": "ae", "œ": "oe", "ß": "ss", "ŋ": "n", "ƿ": "p", "ĸ": "k", "ə": "a", "ɩ": "i", "ẘ": "w"}.items():
    found[ord(character)] = letters

print("# Characters that look like a letter or digit of ASCII, made by Tests/Tools/make_skeletons.py.")
print(f"# Sources: Unicode {unicodedata.unidata_version} (names); UTS #39 by confusable-homoglyphs "
      f"{version('confusable-homoglyphs')}.")
for code in sorted(found):
    print(f"{code:04X} {found[code]}")
