"""Holds records to a component template by Elasticsearch's rules: check_mapping.py TEMPLATE RECORDS…

One type a field, values that fit it, every field mapped, and the store's limits of fields, depth and terms
(https://www.elastic.co/docs/reference/elasticsearch/index-settings/mapping-limit).
"""
import datetime
import ipaddress
import json
import re
import sys

LONGEST_TERM = 32766  # bytes of UTF-8 in one term of Lucene
DEEPEST = 20
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def leaves(properties, path=""):
    for name, value in properties.items():
        here = f"{path}.{name}" if path else name
        if "properties" in value:
            yield from leaves(value["properties"], here)
        yield here


def check(mapping, value, path, faults):
    """A value, or each of an array's, against the mapping of its place."""
    if isinstance(value, list):
        for one in value:
            check(mapping, one, path, faults)
        return
    kind = mapping.get("type", "object")
    if kind == "object":
        if not isinstance(value, dict):
            return faults.append(f"{path} is an object and gets {value!r:.60}")
        for name, member in value.items():
            if not name or "." in name or name.startswith("_"):
                faults.append(f"{path}: a field can't be called {name!r}")
            below = mapping.get("properties", {}).get(name)
            if below is None and mapping.get("dynamic") is False:
                continue  # said of this object itself: it is kept, and not indexed
            if below is None:
                faults.append(f"{path}.{name} is not mapped")
            else:
                check(below, member, f"{path}.{name}", faults)
        return
    if kind in ("flattened", "flat_object"):
        return flattened(mapping, value, path, 1, faults)
    if isinstance(value, dict):
        return faults.append(f"{path} is {kind} and gets an object")
    fits = {
        "long": lambda: type(value) is int and -2**63 <= value < 2**63,
        "float": lambda: type(value) in (int, float),
        "boolean": lambda: type(value) is bool,
        "date": lambda: DATE.fullmatch(value) and datetime.datetime.fromisoformat(value[:19]),
        "ip": lambda: str(ipaddress.ip_address(value)),
    }.get(kind, lambda: isinstance(value, str))
    try:
        is_good = bool(fits())
    except (TypeError, ValueError):
        is_good = False
    if not is_good:
        faults.append(f"{path} is {kind} and gets {value!r:.60}")
    elif kind == "keyword" and mapping.get("index", True):
        term(mapping, value, path, faults)


def term(mapping, value, path, faults):
    if len(value) <= mapping.get("ignore_above", 2**31) and len(value.encode()) > LONGEST_TERM:
        faults.append(f"{path} is a term of {len(value.encode())} bytes")


def flattened(mapping, value, path, depth, faults):
    """A whole object in one field: its values are terms with their keys before them."""
    if depth > DEEPEST:
        faults.append(f"{path} is deeper than {DEEPEST}")
    elif isinstance(value, dict):
        for name, member in value.items():
            if "\0" in name:
                faults.append(f"{path}: a key holds a NUL")
            flattened(mapping, member, f"{path}.{name}", depth + 1, faults)
    elif isinstance(value, list):
        for one in value:
            flattened(mapping, one, path, depth, faults)
    elif len(str(value)) <= mapping.get("ignore_above", 2**31) and len((path + str(value)).encode()) > LONGEST_TERM:
        faults.append(f"{path:.60} is a term that is too long")


def main():
    template = json.load(open(sys.argv[1]))["template"]
    mappings = template["mappings"]
    limit = template["settings"]["index"]["mapping"]["total_fields"]["limit"]
    fields = list(leaves(mappings["properties"]))
    faults = []
    if len(fields) > limit:
        faults.append(f"{len(fields)} fields, {limit} are allowed")
    faults += [f"{field} is deeper than {DEEPEST}" for field in fields if field.count(".") >= DEEPEST]
    for path in sys.argv[2:]:
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            found = []
            check({"properties": mappings["properties"]}, json.loads(line), "", found)
            faults += [f"{path}:{number}: {fault}" for fault in found]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
