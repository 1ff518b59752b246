#!/usr/bin/env python3
"""Every parser of foreign bytes has a fuzz entry.

A parser is a function or initialiser of a module that takes bytes or text and whose name says that it reads them. Its type
has to be named in a file of Tests/Fuzz, or stand below with the type through which its bytes come. An entry of the list
below that is not needed is an error, too.
"""
import pathlib
import re
import sys

# The type through whose entry a parser is fed.
FED_THROUGH = {
    "AddressRange": "TargetSpec",
    "BatchMatcher": "Assessor",
    "CaptureFile": "CaptureReader",
    "ChunkReader": "HTTPProbe",
    "DERCursor": "CertificateIndex",
    "HTTP2Session": "HTTPProbe",
    "HTTPReader": "HTTPProbe",
    "HostName": "TargetSpec",
    "MatchScratch": "Assessor",
    "RequestWriter": "HTTPProbe",
    "SweepFile": "RecordPicker",
}

ROOT = pathlib.Path(__file__).resolve().parents[2]
BYTES = re.compile(r"Span<UInt8>|RawSpan|\[UInt8\]|Unsafe(Raw)?BufferPointer|\bData\b|ArraySlice<UInt8>|\bSub(string|sequence)\b")
VERBS = re.compile(
    r"(read|parse|receive|received|message|sent|decode|find|next|rows|records|pem|unwrap|peek|enter|negativeTTL|isRecord|"
    r"extensionValue|match|assess|feed)$|(read|parse|decode)[A-Z]")
LABELS = re.compile(r"^\s*(parsing|reading|base64|hex)\b")
DECLARATION = re.compile(
    r"^ *(?:@\w+(?:\([^)]*\))? )*((?:(?:package|public|static|mutating|final|consuming|borrowing) )*)(func|init)\??\s*(\w*)(?:<[^>]*>)?\(",
    re.MULTILINE)


def parameters(text, start):
    """The text between the brackets that open before `start`."""
    depth, end = 1, start
    while depth and end < len(text):
        depth += (text[end] == "(") - (text[end] == ")")
        end += 1
    return text[start:end - 1]


def parsers(path):
    """The names of a file's functions that read bytes or text, `private` ones left out."""
    text = re.sub(r"//[^\n]*", "", path.read_text())
    for match in DECLARATION.finditer(text):
        words, kind, name = match.groups()
        if "package" not in words and "public" not in words:
            continue
        given = parameters(text, match.end())
        takes = given.split(",")[0]
        if "->" in takes or "into" in takes.split(":")[0]:
            continue
        if LABELS.match(given) or kind == "func" and VERBS.match(name) and BYTES.search(takes + given):
            yield f"{kind} {name}({' '.join(given.split())})"


def main():
    entries = "\n".join(path.read_text() for path in (ROOT / "Tests/Fuzz").glob("*.swift"))
    faults, needed = [], set()
    for path in sorted((ROOT / "Sources").glob("**/*.swift")):
        name = path.stem.split("+")[0]
        found = list(parsers(path))
        if not found or re.search(rf"\b{name}\b", entries):
            continue
        if name in FED_THROUGH:
            needed.add(name)
            if not re.search(rf"\b{FED_THROUGH[name]}\b", entries):
                faults.append(f"{name} is fed through {FED_THROUGH[name]}, which Tests/Fuzz does not name")
        else:
            faults.append(f"{path.relative_to(ROOT)}: {name} reads foreign bytes and has no fuzz entry: {found[0]}")
    faults += [f"{name} needs no place in the list of {pathlib.Path(__file__).name}" for name in FED_THROUGH.keys() - needed]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
