"""Asks a table what rules find in it: python3 -m sigma.pipelines.hallmark.ask DATABASE < QUERIES.

QUERIES are those that `convert sqlite` writes. Written is a line of JSON for each record that a rule finds: the record's
number, and the rule's `id` and `title`. A query that fails is said and counted, and ends it with 1.
"""
import json
import pathlib
import sqlite3
import sys

from sigma.pipelines.hallmark.table import prepare


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 64
    # To be read only: a query is whatever stands in a file.
    database = prepare(sqlite3.connect(pathlib.Path(arguments[0]).resolve().as_uri() + "?mode=ro", uri=True))
    asked = found = failed = 0
    for number, line in enumerate(sys.stdin, 1):
        asked += 1
        try:
            query = json.loads(line)
            records = database.execute(query["query"].replace("SELECT *", "SELECT DISTINCT record", 1)).fetchall()
        except (ValueError, KeyError, TypeError, sqlite3.Error) as error:
            failed += 1
            print(f"query {number}: {error}", file=sys.stderr)
            continue
        for (record,) in sorted(records):
            found += 1
            print(json.dumps({"record": record, "id": query["id"], "title": query["title"]}))
    print(f"{asked} queries, {found} findings, {failed} queries failed", file=sys.stderr)
    return 1 if failed or not asked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
