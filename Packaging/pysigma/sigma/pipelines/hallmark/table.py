"""Makes the table that queries of hallmark_sqlite ask: python3 -m sigma.pipelines.hallmark.table DATABASE [FIELD…] < RECORDS.

A row is one HTTP exchange of a record with all that is shared between them, and `record` is the record's number. A
column is a field: `FIELD` has its first value, and of a list `FIELD[]` has all of them as text, each between line ends.

The columns are the fields that records can have, and the headers that the shipped rules ask for: what a server sends
makes none. FIELDs are further ones, such as `http.response.header.x-invented` for a rule of one's own. Records that
are asked of later go behind those that are there. A line that is no record is said and counted, and ends it with 1;
all others are in the table.
"""
import json
import pathlib
import re
import sqlite3
import sys

from sigma.pipelines.hallmark import is_list

# Every field of a record, and the headers that shipped rules ask for.
FIELDS = tuple(json.loads(pathlib.Path(__file__).with_name("fields.json").read_text()))


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
    if isinstance(value, str):
        # Half of a surrogate pair is text in JSON, and none in SQLite.
        return value.encode("utf-8", "replace").decode()
    return json.dumps(value)


def cell(value):
    """A value as SQLite takes it: a number that it has no place for is text."""
    if isinstance(value, float) or isinstance(value, int) and -2**63 <= value < 2**63:
        return value
    return text(value)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Table:
    def __init__(self, database, fields=(), name="logs"):
        self.database = database
        self.fields = list(dict.fromkeys((*FIELDS, *fields)))
        columns = ["record"]
        for field in self.fields:
            columns += [field, field + "[]"] if is_list(field) else [field]
        types = [quoted(name) + (" TEXT" if name.endswith("[]") else "") for name in columns[1:]]
        database.execute(f"CREATE TABLE IF NOT EXISTS {quoted(name)} (record INTEGER, {', '.join(types)})")
        (last,) = database.execute(f"SELECT max(record) FROM {quoted(name)}").fetchone()
        self.next = 0 if last is None else last + 1
        self.insert = (
            f"INSERT INTO {quoted(name)} ({', '.join(map(quoted, columns))}) VALUES ({', '.join('?' * len(columns))})")

    def add(self, record):
        """Adds one record, wholly or not at all."""
        rows = []
        for values in exchanges(record):
            cells = [self.next]
            for field in self.fields:
                found = values.get(field)
                cells.append(cell(found[0]) if found else None)
                if is_list(field):
                    cells.append("\n" + "\n".join(map(text, found)) + "\n" if found else None)
            rows.append(cells)
        self.database.execute("SAVEPOINT one")
        try:
            self.database.executemany(self.insert, rows)
        except Exception:
            self.database.execute("ROLLBACK TO one")
            raise
        finally:
            self.database.execute("RELEASE one")
        self.next += 1


def prepare(database):
    """What queries need besides: regular expressions."""
    database.create_function(
        "REGEXP", 2, lambda pattern, value: None if value is None else re.search(pattern, str(value)) is not None,
        deterministic=True)
    return database


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 64
    connection = sqlite3.connect(arguments[0])
    table = Table(connection, arguments[1:])
    first, faults = table.next, 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("no JSON object")
            table.add(record)
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, sqlite3.DataError) as error:
            faults += 1
            print(f"line {number}: {error}"[:300], file=sys.stderr)
    connection.commit()
    print(f"{table.next - first} records, {faults} lines that are none", file=sys.stderr)
    return 1 if faults or table.next == first else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except sqlite3.Error as failure:
        sys.exit(f"{sys.argv[1]}: {failure}")
