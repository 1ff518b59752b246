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


def leaves(schema, name=""):
    """The dotted names of the values in a JSON Schema, but of what a server names."""
    for key, member in schema.get("properties", {}).items():
        here = f"{name}.{key}" if name else key
        member = member["items"] if member.get("type") == "array" else member
        if "properties" in member:
            yield from leaves(member, here)
        elif here != "http.response.header" and not here.startswith("hallmark.http."):
            yield here


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


def hostile(records, rules):
    """What the programs say of lines that are no records, and of rules that can't be asked, with their exit status."""
    packages_folder = os.path.join(os.path.dirname(packages.FOLDER), "python-sigma-pipelines")
    code = (
        "import sys, sigma.pipelines, importlib; sigma.pipelines.__path__.append(sys.argv[1]); "
        "sys.exit(importlib.import_module('sigma.pipelines.hallmark.' + sys.argv[2]).main(sys.argv[3:]))")

    def run(name, *arguments):
        ran = subprocess.run(
            [sys.executable, "-B", "-c", code, os.path.join(SHIPPED, "sigma", "pipelines"), name, *arguments],
            stdin=open(records, "rb"), capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": packages_folder})
        return f"{ran.returncode}: {ran.stderr.splitlines()[-1] if ran.stderr else ''}"

    print("table", run("table", records + ".sqlite"))
    for store in ("splunk", "elasticsearch"):
        print(store, run("convert", store, rules + "/tunnel"))


def main():
    if sys.argv[1] == "--hostile":
        return hostile(*sys.argv[2:])
    rules = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "signatures", "**", "*.yml"), recursive=True)):
        text = open(path, encoding="utf-8").read()
        rules[path] = (text, yaml.safe_load(text))
    queries, refused = convert(rules)
    examples = [
        example for _, rule in rules.values() for kind in ("match", "no_match")
        for example in rule["hallmark"].get("examples", {}).get(kind, [])]
    # What names an endpoint says when it was seen.
    time = {"@timestamp": "2026-01-01T00:00:00.000Z"}
    lines = "".join(json.dumps(time | example, default=str) + "\n" for example in examples)
    output = subprocess.run(
        [sys.argv[1], "match", "-", "--ja4plus", "-q"], input=lines, capture_output=True, text=True, check=True,
        env=os.environ | {"HALLMARK_SIGNATURES": os.path.join(ROOT, "signatures")}).stdout
    ours = {}
    for number, line in enumerate(output.splitlines()):
        for match in json.loads(line).get("hallmark", {}).get("matches", []):
            ours.setdefault(match["rule"]["name"], set()).add(number)
    used = {name for query in queries["hallmark_sqlite"].values() for name in re.findall(r"`([^`]+)`", query)}
    headers = {name.removesuffix("[]") for name in used if name.startswith("http.response.header.")}
    database = table.prepare(sqlite3.connect(":memory:"))
    logs = table.Table(database)
    for example in examples:
        logs.add(example)
    agreed, different = 0, []
    for path, query in queries["hallmark_sqlite"].items():
        title = rules[path][1]["title"]
        found = {number for (number,) in database.execute(query.replace("SELECT *", "SELECT DISTINCT record", 1))}
        agreed += len(found & ours.get(title, set()))
        for number in found ^ ours.get(title, set()):
            who = "SQL" if number in found else "match"
            different.append(f"{title}: {who} alone finds {json.dumps(examples[number], default=str)[:300]}")
    schema = json.load(open(os.path.join(ROOT, "Docs", "observation.schema.json")))
    known = set(arrays(schema))
    unknown = {name for name in table.FIELDS if not name.startswith("http.response.header.")} ^ set(leaves(schema))
    json.dump({
        "rules": len(rules), "refused": refused, "agreed": agreed, "different": different,
        "arrays": sorted(known ^ hallmark.ARRAYS),
        "fields": sorted(unknown | headers - set(table.FIELDS))}, sys.stdout)


if __name__ == "__main__":
    main()
