#!/usr/bin/env python3
"""Holds that no folders of a module need each other in a circle.

A folder needs another one if it names a type that only the other one declares. Types are found by
their declarations at the begin of a line or inside an extension; comments and strings do not count.
A circle that stays stands in KNOWN, with its reason; one that has gone must leave the list.
"""

import collections
import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"

# Circles that are there, each with what makes it; "." are the files beside a module's folders. None may join them.
KNOWN = {
    ("Console", (".", "Pages", "Server")): "the pages are extensions of the console; the server asks it",
    ("Export", (".", "STIX")): "ExportFormat knows all writers, and what they write from lies beside it",
    ("Import", ("Capture", "Core", "Draft", "Formats", "Mapping")): "ForeignFormats knows all readers, and lies in Core",
    ("Scan", ("Discovery", "Engine", "Probes")): "a probe holds its visit, which makes the probes",
    ("TLSClient", (".", "Full", "Grab", "Keys", "Messages", "Records")): "one TLSError and one GrabContext for both engines",
    ("hallmark", (".", "Commands", "Configuration", "Fleet", "Output", "Scanning", "Transparency")):
        "a scan reads its options from ScanCommand, and everybody the program's version",
}

DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|public|open|internal|private|fileprivate|final|indirect)\s+)*"
    r"(?:struct|class|enum|protocol|actor|typealias)\s+([A-Z]\w*)",
    re.M,
)
# The longest first: a multi-line string, a string of one line, a comment.
SILENT = re.compile(r'"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?:.|\n)*?\*/')
NAME = re.compile(r"(?<![.\w])[A-Z]\w*")


def folder_of(module, path):
    parts = path.relative_to(module).parts
    return parts[0] if len(parts) > 1 else "."


def needs(module):
    """For each folder: the others that it needs, each with one example."""
    texts = collections.defaultdict(list)
    homes = collections.defaultdict(set)
    for path in sorted(module.rglob("*.swift")):
        text = SILENT.sub(" ", path.read_text())
        folder = folder_of(module, path)
        texts[folder].append((path, text))
        for name in DECLARATION.findall(text):
            homes[name].add(folder)
    arrows = collections.defaultdict(dict)
    for folder, files in texts.items():
        for path, text in files:
            for name in NAME.findall(text):
                home = homes.get(name, set())
                if len(home) == 1 and folder not in home:
                    arrows[folder].setdefault(next(iter(home)), f"{path.name} names {name}")
    return arrows


def circles(arrows):
    """The groups of folders of which each reaches each other (strongly connected components)."""

    def reached(start):
        seen, waiting = set(), [start]
        while waiting:
            for following in arrows.get(waiting.pop(), {}):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return seen

    reach = {folder: reached(folder) for folder in list(arrows)}
    groups = {frozenset({a} | {b for b in reach[a] if a in reach.get(b, ())}) for a in reach if a in reach[a]}
    return sorted(groups, key=sorted)


def main():
    found = {}
    for module in sorted(path for path in SOURCES.iterdir() if path.is_dir()):
        arrows = needs(module)
        for group in circles(arrows):
            found[(module.name, tuple(sorted(group)))] = arrows
    failed = False
    for (module, group), arrows in found.items():
        if (module, group) in KNOWN:
            continue
        failed = True
        print(f"{module}: {', '.join(group)} need each other:", file=sys.stderr)
        for folder in group:
            for other, example in sorted(arrows[folder].items()):
                if other in group:
                    print(f"  {folder} needs {other}: {example}", file=sys.stderr)
    for gone in sorted(set(KNOWN) - set(found)):
        failed = True
        print(f"{gone[0]}: {', '.join(gone[1])} need each other no more; take them off KNOWN", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
