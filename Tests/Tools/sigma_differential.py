#!/usr/bin/env python3
"""Reads Sigma rules with pySigma and runs them through its SQLite backend.

usage: sigma_differential.py PACKAGES RULES ROWS FIELDS

PACKAGES is a folder for the Python packages pysigma and pysigma-backend-sqlite, installed into it with pip when
they are not there. RULES lists rule files, one path a line. ROWS is NDJSON: each row an object from field to value, with
`row` for the number of the observation that it belongs to. FIELDS is a JSON object from field to kind. Prints one JSON
object: `errors` by path, and `found`, by path the numbers of the observations that the rule's query finds.
"""
import json
import os
import re
import sqlite3
import subprocess
import sys

PACKAGES = ["pysigma==2.0.1", "pysigma-backend-sqlite==2.1.1"]

folder = os.path.abspath(sys.argv[1])
if not os.path.exists(os.path.join(folder, "complete")):
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "--upgrade", *PACKAGES],
        check=True, stdout=sys.stderr)
    open(os.path.join(folder, "complete"), "w").close()
sys.path.insert(0, folder)

from sigma.backends.sqlite import sqliteBackend
from sigma.rule import SigmaRule

backend = sqliteBackend(collate_nocase=True)
errors, queries, used = {}, {}, set()
for path in open(sys.argv[2]).read().splitlines():
    try:
        with open(path, encoding="utf-8") as file:
            rule = SigmaRule.from_yaml(file.read())
        queries[path] = backend.convert_rule(rule)[0]
        used.update(backend.required_fields(rule))
    except Exception as error:
        errors[path] = f"{type(error).__name__}: {error}"

kinds = json.load(open(sys.argv[4]))
used = sorted(used)
types = {"long": "INTEGER", "boolean": "INTEGER"}
database = sqlite3.connect(":memory:")
database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 32767)


def regexp(pattern, value):
    if value is None:
        return None
    return re.search(pattern, value) is not None


database.create_function("REGEXP", 2, regexp)
columns = ", ".join(f"`{name}` {types.get(kinds.get(name, 'keyword'), 'TEXT')}" for name in used)
database.execute(f"CREATE TABLE logs (`row` INTEGER, {columns})")
places = ", ".join("?" * (len(used) + 1))
with open(sys.argv[3], encoding="utf-8") as file:
    for line in file:
        row = json.loads(line)
        database.execute(f"INSERT INTO logs VALUES ({places})", [row["row"]] + [row.get(name) for name in used])

found = {}
for path, query in queries.items():
    try:
        distinct = query.replace("SELECT *", "SELECT DISTINCT row", 1)
        found[path] = sorted(number for (number,) in database.execute(distinct))
    except sqlite3.Error as error:
        errors[path] = f"{type(error).__name__}: {error}: {query[:500]}"
json.dump({"errors": errors, "found": found}, sys.stdout)
