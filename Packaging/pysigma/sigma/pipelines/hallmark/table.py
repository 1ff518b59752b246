"""Makes the table that queries of hallmark_sqlite ask: python3 -m sigma.pipelines.hallmark.table DATABASE < RECORDS.

A row is one HTTP exchange of a record with all that is shared between them, and `record` is the record's number. A
column is a field: `FIELD` has its first value, and `FIELD[]` all of them as text, each between line ends.
"""
import json
import re
import sqlite3
import sys


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


def exchanges(record):
    """The fields of each HTTP exchange of a record, with what is shared between them."""
    shared = {}
    flatten(record, "", shared)
    yield shared
    for exchange in record.get("hallmark.http") or record.get("hallmark", {}).get("http") or []:
        values = {name: list for name, list in shared.items() if not name.startswith(("http.", "url."))}
        flatten(exchange, "", values)
        yield values


def text(value):
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value


def fill(database, records, table="logs"):
    """Adds records, and the columns that they need."""
    rows = [(number, values) for number, record in enumerate(records) for values in exchanges(record)]
    return fill_rows(database, rows, sorted({name for _, values in rows for name in values}), table)


def fill_rows(database, rows, names, table):
    def quoted(name):
        return '"' + name.replace('"', '""') + '"'

    columns = ", ".join(f"{quoted(name)}, {quoted(name + '[]')} TEXT" for name in names)
    database.execute(f"CREATE TABLE {quoted(table)} (record INTEGER, {columns})")
    places = ", ".join("?" * (1 + 2 * len(names)))
    for number, values in rows:
        cells = [number]
        for name in names:
            found = values.get(name)
            cells += [found[0], "\n" + "\n".join(map(text, found)) + "\n"] if found else [None, None]
        database.execute(f"INSERT INTO {quoted(table)} VALUES ({places})", cells)


def prepare(database):
    """What queries need besides: regular expressions."""
    database.create_function(
        "REGEXP", 2, lambda pattern, value: None if value is None else re.search(pattern, value) is not None,
        deterministic=True)
    return database


if __name__ == "__main__":
    connection = prepare(sqlite3.connect(sys.argv[1]))
    fill(connection, (json.loads(line) for line in sys.stdin if line.strip()))
    connection.commit()
