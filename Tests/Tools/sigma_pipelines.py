"""The pipelines of Packaging/pysigma over the shipped rules: sigma_pipelines.py PROGRAM.

Every rule is converted for Elasticsearch, Splunk and SQLite. The queries for SQLite run over the examples of all rules,
and what they find is held against what `PROGRAM match` finds. Prints as JSON `rules`, the number of them; `refused`, by
pipeline and reason the rules that its backend can't express; `agreed`, how often both found something; `different`, what one
of them alone found; `arrays`, the lists that the JSON Schema has and the pipelines do not know, or the other way around.
"""
import glob
import importlib
import json
import os
import re
import sqlite3
import subprocess
import sys

import packages

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHIPPED = os.path.join(ROOT, "Packaging", "pysigma")
packages.install(
    os.path.join(os.path.dirname(packages.FOLDER), "python-sigma-pipelines"),
    ["pysigma==1.5.1", "pysigma-backend-elasticsearch==2.1.1", "pysigma-backend-splunk==2.1.0",
     "pysigma-backend-sqlite==2.0.0"])

import sigma.pipelines
import yaml
from sigma.backends.elasticsearch import LuceneBackend
from sigma.backends.splunk import SplunkBackend
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

# As pip would install it beside the pipelines that are there.
sigma.pipelines.__path__.append(os.path.join(SHIPPED, "sigma", "pipelines"))
hallmark = importlib.import_module("sigma.pipelines.hallmark")
table = importlib.import_module("sigma.pipelines.hallmark.table")


def arrays(schema, name=""):
    """The dotted names of the lists in a JSON Schema."""
    for key, member in schema.get("properties", {}).items():
        here = f"{name}.{key}" if name else key
        if member.get("type") == "array":
            yield here
            member = member["items"]
        yield from arrays(member, here)


def convert(rules):
    backends = {
        "hallmark_elasticsearch": LuceneBackend, "hallmark_splunk": SplunkBackend,
        "hallmark_sqlite": lambda pipeline: sqliteBackend(pipeline, collate_nocase=True)}
    queries, refused = {}, {}
    for name, backend in backends.items():
        for path, (text, rule) in rules.items():
            try:
                made = backend(hallmark.pipelines[name]()).convert(SigmaCollection.from_yaml(text))
                queries.setdefault(name, {})[path] = made[0]
            except Exception as error:
                reason = re.sub(r" \(while.*", "", str(error), flags=re.DOTALL)
                refused.setdefault(name, {}).setdefault(reason, []).append(rule["title"])
    return queries, refused


def main():
    rules = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "signatures", "**", "*.yml"), recursive=True)):
        text = open(path, encoding="utf-8").read()
        rules[path] = (text, yaml.safe_load(text))
    queries, refused = convert(rules)
    examples = [
        example for _, rule in rules.values() for kind in ("match", "no_match")
        for example in rule["hallmark"].get("examples", {}).get(kind, [])]
    lines = "".join(json.dumps(example, default=str) + "\n" for example in examples)
    output = subprocess.run(
        [sys.argv[1], "match", "-", "--ja4plus", "-q"], input=lines, capture_output=True, text=True, check=True,
        env=os.environ | {"HALLMARK_SIGNATURES": os.path.join(ROOT, "signatures")}).stdout
    ours = {}
    for number, line in enumerate(output.splitlines()):
        for match in json.loads(line).get("hallmark", {}).get("matches", []):
            ours.setdefault(match["rule"]["name"], set()).add(number)
    used = {name for query in queries["hallmark_sqlite"].values() for name in re.findall(r"`([^`]+)`", query)}
    names = sorted({name.removesuffix("[]") for name in used})
    database = table.prepare(sqlite3.connect(":memory:"))
    rows = [(number, values) for number, example in enumerate(examples) for values in table.exchanges(example)]
    table.fill_rows(database, rows, names, "logs")
    agreed, different = 0, []
    for path, query in queries["hallmark_sqlite"].items():
        title = rules[path][1]["title"]
        found = {number for (number,) in database.execute(query.replace("SELECT *", "SELECT DISTINCT record", 1))}
        agreed += len(found & ours.get(title, set()))
        for number in found ^ ours.get(title, set()):
            who = "SQL" if number in found else "match"
            different.append(f"{title}: {who} alone finds {json.dumps(examples[number], default=str)[:300]}")
    known = set(arrays(json.load(open(os.path.join(ROOT, "Docs", "observation.schema.json")))))
    json.dump({
        "rules": len(rules), "refused": refused, "agreed": agreed, "different": different,
        "arrays": sorted(known ^ hallmark.ARRAYS)}, sys.stdout)


if __name__ == "__main__":
    main()
