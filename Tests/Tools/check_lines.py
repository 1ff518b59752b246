#!/usr/bin/env python3
"""Checks every line of NDJSON files against its JSON Schema: check_lines.py DOCS ANSWER=FILE…

A line with event.dataset is of the kind that the dataset says; any other is what ANSWER names in
answers.schema.json. Prints what does not hold, and how many lines of each kind there were."""
import collections
import json
import pathlib
import sys

import jsonschema

docs = pathlib.Path(sys.argv[1])


def load(name):
    schema = json.loads((docs / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


datasets = {
    "hallmark.observation": "observation",
    "hallmark.import": "observation",
    "hallmark.finding": "finding",
    "hallmark.correlation": "correlation",
}
answers = load("answers")
validators = {kind: jsonschema.Draft202012Validator(load(kind)) for kind in set(datasets.values())}
for name in answers["$defs"]:
    validators[name] = jsonschema.Draft202012Validator({**answers, "$ref": f"#/$defs/{name}"})

counts = collections.Counter()
faults = 0
for argument in sys.argv[2:]:
    answer, path = argument.split("=", 1)
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        value = json.loads(line)
        dataset = value.get("event", {}).get("dataset") if isinstance(value, dict) else None
        kind = datasets[dataset] if dataset else answer
        counts[kind] += 1
        if kind not in validators:
            faults += 1
            print(f"{path}:{number}: a line of {answer}, which no schema knows: {line[:120]}")
            continue
        for error in validators[kind].iter_errors(value):
            faults += 1
            where = "/".join(map(str, error.absolute_path))
            print(f"{path}:{number}: {kind}: {where}: {error.message[:300]}")
for kind, count in sorted(counts.items()):
    print(f"{kind} {count}", file=sys.stderr)
sys.exit(1 if faults else 0)
