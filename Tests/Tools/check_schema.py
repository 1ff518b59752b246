#!/usr/bin/env python3
"""Checks each line of NDJSON files against a JSON Schema: check_schema.py SCHEMA FILE…"""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
errors = 0
lines = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            lines += 1
            for error in validator.iter_errors(json.loads(line)):
                errors += 1
                where = "/".join(map(str, error.absolute_path))
                print(f"{path}:{number}: {where}: {error.message[:300]}")
if not lines:
    sys.exit("no lines")
sys.exit(1 if errors else 0)
