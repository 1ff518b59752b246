#!/usr/bin/env python3
"""Writes what is inside and what is needed as CycloneDX 1.5: sbom.py VERSION BUILD BINARY."""
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid

LICENSES = {
    "swift-argument-parser": "Apache-2.0", "swift-collections": "Apache-2.0", "swift-log": "Apache-2.0",
    "yams": "MIT", "grdb.swift": "MIT",
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def packages(build):
    """The Swift packages that are compiled in, at their commits."""
    state = json.load(open(os.path.join(build, "workspace-state.json")))
    for one in state["object"]["dependencies"]:
        name, location = one["packageRef"]["identity"], one["packageRef"]["location"]
        checkout = one["state"]["checkoutState"]
        yield {
            "type": "library", "name": name, "version": checkout["version"], "scope": "required",
            "bom-ref": f"swift:{name}",
            "purl": f"pkg:swift/{re.sub(r'^https://|[.]git$', '', location)}@{checkout['version']}",
            "licenses": [{"license": {"id": LICENSES[name]}}],
            "externalReferences": [{"type": "vcs", "url": location}],
            "properties": [{"name": "hallmark:commit", "value": checkout["revision"]},
                           {"name": "hallmark:linked", "value": "statically"}],
        }


def runtime():
    version = re.search(r"Swift version (\S+)", run(os.environ.get("SWIFT", "swift"), "--version")).group(1)
    return {"type": "library", "name": "swift-runtime", "version": version, "bom-ref": "swift-runtime",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "properties": [{"name": "hallmark:linked", "value": "statically"}]}


def embedded(binary):
    """What comes inside others: the parser in Yams, and what Swift's Foundation knows of languages."""
    def component(name, owner, license, version=None):
        return {"type": "library", "name": name, "bom-ref": name, **({"version": version} if version else {}),
                "licenses": [{"license": {"id": license}}],
                "properties": [{"name": "hallmark:linked", "value": "statically"},
                               {"name": "hallmark:within", "value": owner}]}

    # Yams does not say which version it took.
    found = [component("libyaml", "yams", "MIT")]
    # ICU names its data by its version; a binary that loads the runtime has none.
    data = re.search(rb"icudt(\d+)", open(binary, "rb").read())
    return found + [component("icu", "swift-runtime", "Unicode-3.0", data.group(1).decode())] if data else found


def libraries(binary):
    """The shared libraries that the binary names, by the Debian packages that have them."""
    needed = re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", binary))
    paths = dict(re.findall(r"^\s*(\S+) => (\S+)", run("ldd", binary), re.MULTILINE))
    found = {}
    for library in needed:
        path = os.path.realpath(paths.get(library, library))
        for candidate in (path, re.sub("^/usr", "", path)):
            owner = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True).stdout
            if owner:
                name = owner.split(":")[0]
                version = run("dpkg-query", "-W", "-f", "${Version}", name).strip()
                found.setdefault(name, {
                    "type": "library", "name": name, "version": version, "bom-ref": f"deb:{name}",
                    "purl": f"pkg:deb/debian/{name}@{version}",
                    "properties": [{"name": "hallmark:linked", "value": "dynamically"}]})
                break
    return [found[name] for name in sorted(found)]


def main():
    version, build, binary = sys.argv[1:]
    components = sorted(packages(build), key=lambda one: one["name"])
    components += [runtime()] + embedded(binary) + libraries(binary)
    time = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    digest = hashlib.sha256(open(binary, "rb").read()).hexdigest()
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "metadata": {
            "timestamp": f"{time:%Y-%m-%dT%H:%M:%SZ}",
            "component": {"type": "application", "name": "hallmark", "version": version, "bom-ref": "hallmark",
                          "licenses": [{"license": {"id": "Apache-2.0"}}],
                          "hashes": [{"alg": "SHA-256", "content": digest}]},
        },
        "components": components,
        "dependencies": [{"ref": "hallmark", "dependsOn": [one["bom-ref"] for one in components]}],
    }
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
