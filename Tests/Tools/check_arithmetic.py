#!/usr/bin/env python3
"""Arithmetic with numbers that come from outside is checked, wraps on purpose, or stands in the list below with its reason.

A number comes from outside when it was read from a record, a corpus, a checkpoint, an inventory, a rule or a flag. Lines that
name such a number together with an operator that can trap, or with a conversion that can, are listed. An entry of the list that no line needs is an error, too. Rows of a
corpus are decoded by the corpus's own reader alone: GRDB's ends the program for a value of another kind.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ["Corpus", "Inventory", "Export", "Targets/Resume", "Observations/Reading", "hallmark/Commands", "hallmark/Output",
           "hallmark/Scanning"]

# What holds a number from outside, by the names that such values have in this program.
FOREIGN = re.compile(
    r"\b(notBefore|notAfter|expiringDays|lifetimeSeconds|validitySeconds|maxLifetimeDays|keySize|confidence|firstSeen|lastSeen|"
    r"since|until|options\.limit|addressDays|lowWater|sequence|(?:saved|output|place)\.offset|counts\[|addresses?Done|"
    r"row\.\w+\(\d|integer\(\.?\w+\)|number\(\.?\w+\))")
# `+`, `-` and `*` between operands, and compound forms; not in `->`, in ranges, before a literal, or wrapping.
OPERATOR = re.compile(r"(?<=[\w)\]] )[-+*](?= [\w(])|(?<![&<>=!])[-+*]=(?! [\"])|<<=?(?! ?\d)")
CONVERSION = re.compile(r"(?<![\w.])U?Int(?:8|16|32|64)?\((?!clamping:|truncatingIfNeeded:|exactly:|bitPattern:|\)|\d)")
DECODED = re.compile(r"\bfetch(One|All|Cursor|Set)\b|\bRow\b|\bas! |\btry! |row\[\d")

# The file, part of the line, and why it can't trap.
ALLOWED = {
    ("Export/ExportReader.swift", "view.integer($0) }.map { Int($0) }"): "64 bits become 64 bits",
    ("Export/ExportReader.swift", "Int(min(max($1.integer ?? 0, 0), 99))"): "lies between 0 and 99",
    ("Export/STIX/STIXWriter.swift", "indicator.last + options.addressDays * 86_400_000"):
        "days up to 3,650 after a time that RFC 3339 can write",
    ("Targets/Resume/CompletionTracker.swift", ".max - 2 * CompletionTracker.maximumWindow"): "both are constants",
    ("Targets/Resume/CompletionTracker.swift", "range.upperBound - lowWater <"): "the range begins at the mark or above",
    ("Targets/Resume/CompletionTracker.swift", "$0.upperBound + 1 } ?? lowWater"): "lies within the window above the mark",
    ("Targets/Resume/CompletionTracker.swift", "let word = (sequence - origin) >> 6"): "a sequence below the origin is done",
    ("Targets/Resume/CompletionTracker.swift", "words[head + Int(word)] >> (sequence & 63)"): "the word is within the window",
    ("Targets/Resume/CompletionTracker.swift", "let word = head + Int((sequence - origin) >> 6)"): "a sequence below the origin is done",
    ("Targets/Resume/CompletionTracker.swift", "words[word] |= 1 << (sequence & 63)"): "shifts by less than 64",
    ("Targets/Resume/OutputTail.swift", "off_t(output.offset)"): "is no longer than a file that exists",
}


def code(line):
    """The line without strings and comments."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
    return re.sub(r"//.*", "", line)


def main():
    used, found = set(), []
    for module in MODULES:
        for path in sorted((ROOT / "Sources" / module).rglob("*.swift")):
            name = str(path.relative_to(ROOT / "Sources"))
            for number, line in enumerate(path.read_text().splitlines(), 1):
                text = code(line)
                trap = FOREIGN.search(text) and (OPERATOR.search(text) or CONVERSION.search(text))
                if not trap and not (module == "Corpus" and DECODED.search(text)):
                    continue
                entry = next((key for key in ALLOWED if key[0] == name and key[1] in line), None)
                if entry:
                    used.add(entry)
                else:
                    found.append(f"Sources/{name}:{number}: {line.strip()}")
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("check the arithmetic of these lines, let it wrap on purpose, or say in Tests/Tools/check_arithmetic.py "
              "why it can't trap", file=sys.stderr)
    idle = set(ALLOWED) - used
    for name, part in sorted(idle):
        print(f"{name}: no line needs the entry '{part}' any more", file=sys.stderr)
    return 1 if found or idle else 0


sys.exit(main())
