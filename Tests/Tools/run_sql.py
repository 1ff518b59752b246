"""Runs the SQL of a page over sweep.ndjson in the working directory: run_sql.py duckdb|clickhouse SCHEMA PAGE.

Prints as JSON the rows of each statement, those that return none left out.
"""
import json
import os
import re
import resource
import sys

import packages

PACKAGES = {"duckdb": ["duckdb==2.0.0"], "clickhouse": ["chdb==4.4.0"]}
HEADINGS = {"duckdb": "DuckDB", "clickhouse": "ClickHouse"}

HEADERS = {f"x-{number}": ["v" * 1150] for number in range(1000)}
HOSTILE = [json.dumps(record) for record in [
    {"event": {"risk_score": 90.5},
     "http": {"response": {"headers": [[name, value[0]] for name, value in HEADERS.items()], "header": HEADERS}},
     "hallmark": {"leads": [{"software": {"name": "A"}, "confidence": 90, "kinds": ["a", "b"]}, {"confidence": 80}]}},
    {"http": "text", "hallmark": [1, 2], "tls": 7, "@timestamp": "never", "server": {"port": "x", "ip": [1, {"a": 2}]}},
    {"hallmark": {"leads": {"software": 1}, "matches": [1, None, {"evidence": 7}, {"evidence": [None, 3]}]}},
    {"http": {"response": {"headers": [["a"], [1, 2, 3], "x", None], "header": [["a"]]}}}, [], 7]
] + ['{"http":{"response":{"header":{"a":["1"],"a":["2"]}}},"server":{"ip":"1","ip":"2"}}']


def statements(page, heading):
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", open(page).read(), re.MULTILINE | re.DOTALL).group(1)
    return re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def duckdb(schema, queries):
    import duckdb as store
    connection = store.connect()
    connection.execute(schema)
    for query in queries:
        yield [[str(cell) for cell in row] for row in connection.execute(query).fetchall()]
    # Every column can be computed for every record: for hostile ones, and for a long one in little memory.
    for record in HOSTILE:
        connection.execute("INSERT INTO hallmark_records VALUES (?)", [record])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.execute("SELECT * FROM hallmark").fetchall()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if grown > 400:
        sys.exit(f"SELECT * took {grown} MB")
    rows = connection.execute(
        "SELECT event_risk_score, hallmark_leads_software_name, hallmark_leads_confidence, hallmark_leads_kinds "
        "FROM hallmark WHERE event_risk_score = 90.5").fetchall()
    if rows != [(90.5, ["A", None], [90, 80], ["a", "b"])]:
        sys.exit(f"leads are {rows}")


def clickhouse(schema, queries):
    from chdb import session
    store = session.Session()
    store.query("CREATE DATABASE IF NOT EXISTS hallmark")
    store.query("USE hallmark")
    for query in [schema] + queries:
        text = str(store.query(query.strip().rstrip(";"), "JSONCompact"))
        if text.strip():
            yield [[str(cell) for cell in row] for row in json.loads(text)["data"]]


def main():
    store, schema, page = sys.argv[1:]
    folder = os.path.join(os.path.dirname(packages.FOLDER), f"python-{store}")
    packages.install(folder, PACKAGES[store])
    rows = list(globals()[store](open(schema).read(), statements(page, HEADINGS[store])))
    json.dump([one for one in rows if one], sys.stdout)


if __name__ == "__main__":
    main()
