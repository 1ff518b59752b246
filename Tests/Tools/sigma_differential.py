#!/usr/bin/env python3
"""Reads Sigma rules with pySigma and runs them through its SQLite backend.

usage: sigma_differential.py PACKAGES JOB

PACKAGES is a folder for the Python packages pysigma and pysigma-backend-sqlite, installed into it with pip when
they are not there. JOB is a JSON object:

    collections   lists of rule files; the files of one list know each other: filters, correlations
    kinds         field to kind
    scalars       fields that correlations group by or count
    observations  lines of NDJSON

Prints one JSON object: `errors`, by title or path; `found`, by title the numbers (from 0) of the observations that the rule's query finds;
`alerts`, by title what the correlation's query finds: [{"group": {field: value}, "count": metric}].

A Sigma test of a field that has several values holds if it holds for any of them. A column holds one value, so each field
is a column with a JSON array, `FIELD[]`, and a test T of it is asked as EXISTS (SELECT 1 FROM json_each(`FIELD[]`) WHERE T). What T
is, and how tests are joined and negated, stays the backend's own. A field without values is NULL.

A row is one HTTP exchange of an observation with all that is shared between them, as a rule sees it.
The fields of correlations are columns of single values beside it, `FIELD`: a row stands there once for each combination of
their values, always with the same event id, which is the observation's number.
"""
import fcntl
import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys

PACKAGES = ["pysigma==2.0.1", "pysigma-backend-sqlite==2.1.1"]

folder = os.path.abspath(sys.argv[1])
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "lock"), "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    done = os.path.join(folder, "complete")
    if not os.path.exists(done):
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "--upgrade", *PACKAGES],
            check=True, stdout=sys.stderr)
        open(done, "w").close()
sys.path.insert(0, folder)

import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationRule
from sigma.types import SigmaCIDRExpression, SigmaExists, SigmaExpansion, SigmaFieldReference, SigmaNull

job = json.load(open(sys.argv[2]))
kinds = job["kinds"]
scalars = job["scalars"]


def quoted(name):
    return "`" + name + "`"


class ArrayBackend(sqliteBackend):
    """The SQLite backend over columns that hold JSON arrays."""

    elements = {}

    def escape_and_quote_field(self, field):
        return self.elements.get(field) or super().escape_and_quote_field(field)

    def convert_condition_field_eq_val(self, cond, state):
        if isinstance(cond.value, (SigmaCIDRExpression, SigmaExpansion)):
            return super().convert_condition_field_eq_val(cond, state)
        if isinstance(cond.value, (SigmaNull, SigmaExists)):
            return self.convert_with({cond.field: quoted(cond.field + "[]")}, cond, state)
        fields = [cond.field]
        if isinstance(cond.value, SigmaFieldReference) and cond.value.field != cond.field:
            fields.append(cond.value.field)
        types = ["INTEGER" if kinds.get(field) in ("long", "boolean") else "TEXT" for field in fields]
        elements = {
            field: f"CAST(e{place}.value AS {type})" for place, (field, type) in enumerate(zip(fields, types))}
        tables = ", ".join(
            f"json_each({quoted(field + '[]')}) AS e{place}" for place, field in enumerate(fields))
        return f"EXISTS (SELECT 1 FROM {tables} WHERE {self.convert_with(elements, cond, state)})"

    def convert_with(self, elements, cond, state):
        self.elements = elements
        try:
            return super().convert_condition_field_eq_val(cond, state)
        finally:
            self.elements = {}


backend = ArrayBackend(collate_nocase=True, timestamp_field="@timestamp", event_id_field="row")
errors, queries, correlations, used = {}, {}, {}, set()
for paths in job["collections"]:
    documents = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            documents += yaml.safe_load_all(file)
    try:
        collection = SigmaCollection.from_dicts(documents)
    except Exception as error:
        errors[paths[0]] = f"{type(error).__name__}: {error}"
        continue
    for rule in collection.rules:
        try:
            if isinstance(rule, SigmaCorrelationRule):
                correlations[rule.title] = backend.convert_correlation_rule(rule)[0]
                continue
            # A rule that a correlation refers to has a predicate, and no query of its own.
            query = (backend.convert_rule(rule) or rule.get_conversion_result())[0]
            queries[rule.title] = query if query.startswith("SELECT ") else f"SELECT * FROM logs WHERE {query}"
            used.update(backend.required_fields(rule))
        except Exception as error:
            errors[rule.title] = f"{type(error).__name__}: {error}"


def flatten(value, name, values):
    """Collects every scalar below a JSON value by its dotted name."""
    if isinstance(value, dict):
        for key, member in value.items():
            flatten(member, f"{name}.{key}" if name else key, values)
    elif isinstance(value, list):
        for element in value:
            flatten(element, name, values)
    elif value is not None:
        values.setdefault(name, []).append(value)


def exchanges(line):
    """The fields of each HTTP exchange of an observation, with what is shared between them."""
    shared = {}
    flatten(json.loads(line), "", shared)
    further = json.loads(line).get("hallmark.http", json.loads(line).get("hallmark", {}).get("http", []))
    yield shared
    for exchange in further:
        values = {name: list for name, list in shared.items() if not name.startswith(("http.", "url."))}
        flatten(exchange, "", values)
        yield values


def regexp(pattern, value):
    return None if value is None else re.search(pattern, value) is not None


database = sqlite3.connect(":memory:")
database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 32767)
database.create_function("REGEXP", 2, regexp, deterministic=True)
used = sorted(used)
rows = [(number, values) for number, line in enumerate(job["observations"]) for values in exchanges(line)]


def create(table, single):
    columns = [quoted(name + "[]") + " TEXT" for name in used] + [
        quoted(name) + (" INTEGER" if kinds.get(name) == "long" else " TEXT") for name in single]
    database.execute(f"CREATE TABLE {table} ({', '.join(['`row` INTEGER'] + columns)})")
    places = ", ".join("?" * (len(columns) + 1))
    for number, values in rows:
        arrays = [json.dumps(values[name]) if values.get(name) else None for name in used]
        for combination in itertools.product(*(values.get(name) or [None] for name in single)):
            database.execute(f"INSERT INTO {table} VALUES ({places})", [number, *arrays, *combination])


found, alerts = {}, {}
create("logs", [])
for title, query in queries.items():
    try:
        distinct = query.replace("SELECT *", "SELECT DISTINCT `row`", 1)
        found[title] = sorted(number for (number,) in database.execute(distinct))
    except sqlite3.Error as error:
        errors[title] = f"{type(error).__name__}: {error}: {query[:500]}"
if correlations:
    database.execute("DROP TABLE logs")
    create("logs", sorted(set(scalars) | {"@timestamp"}))
for title, query in correlations.items():
    try:
        cursor = database.execute(query)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor]
        alerts[title] = [
            {"group": {name: str(value) for name, value in json.loads(row["group_keys"]).items()},
             "count": row["metric_value"]}
            for row in rows]
    except sqlite3.Error as error:
        errors[title] = f"{type(error).__name__}: {error}: {query[:2000]}"
json.dump({"errors": errors, "found": found, "alerts": alerts}, sys.stdout)
