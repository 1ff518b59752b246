#!/usr/bin/env python3
"""Every module imports only what Package.swift says that it depends on.

The compiler finds a module that another target happened to build, and SwiftPM's own check
(`--explicit-target-dependency-import-check`) reports nothing with Swift 6.3 on Linux.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|internal|public|private|fileprivate) )?import "
    r"(?:(?:class|struct|enum|protocol|func|let|var|typealias) )?(\w+)", re.MULTILINE)
FOLDERS = {"executable": "Sources", "regular": "Sources", "test": "Tests"}


def manifest(variant):
    """Package.swift with its targets of a variant of HALLMARK_WITH."""
    with tempfile.TemporaryDirectory() as scratch:
        text = subprocess.run(
            ["env", f"HALLMARK_WITH={variant}", "swift", "package", "--package-path", ROOT, "--scratch-path", scratch,
             "dump-package"], check=True, capture_output=True, text=True).stdout
    return json.loads(text)


def main():
    faults = set()
    for variant in ["", "benchmarks", "fuzzers"]:
        targets = manifest(variant)["targets"]
        modules = {target["name"] for target in targets}
        uses = {
            target["name"]: {name for dependency in target["dependencies"] for kind in dependency.values()
                             if isinstance(kind, list) for name in kind[:1]}
            for target in targets
        }
        products = {name for names in uses.values() for name in names} - modules
        for target in targets:
            folder = target.get("path") or f"{FOLDERS.get(target['type'], 'Sources')}/{target['name']}"
            for path in sorted((ROOT / folder).glob("**/*.swift")):
                for name in IMPORT.findall(path.read_text()):
                    if name in modules | products and name not in uses[target["name"]] | {target["name"]}:
                        faults.add(f"{path.relative_to(ROOT)}: {target['name']} imports {name} and does not depend on it")
    for fault in sorted(faults):
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
