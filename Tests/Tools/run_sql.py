"""Runs the SQL of a page over sweep.ndjson in the working directory: run_sql.py duckdb|clickhouse SCHEMA PAGE.

Prints as JSON the rows of each statement, those that return none left out.
"""
import json
import os
import re
import sys

import packages

PACKAGES = {"duckdb": ["duckdb==2.0.0"], "clickhouse": ["chdb==4.4.0"]}
HEADINGS = {"duckdb": "DuckDB", "clickhouse": "ClickHouse"}


def statements(page, heading):
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", open(page).read(), re.MULTILINE | re.DOTALL).group(1)
    return re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def duckdb(schema, queries):
    import duckdb as store
    connection = store.connect()
    connection.execute(schema)
    for query in queries:
        yield [[str(cell) for cell in row] for row in connection.execute(query).fetchall()]
    # Every column can be computed for every record.
    connection.execute("SELECT * FROM hallmark").fetchall()


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
