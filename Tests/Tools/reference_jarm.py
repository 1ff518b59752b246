"""Prints the JARM that PyPI's pyjarm measures: reference_jarm.py HOST PORT…, a line for each port."""

import sys

import packages

packages.use()
from jarm.scanner.scanner import Scanner  # noqa: E402

for port in sys.argv[2:]:
    print(Scanner.scan(sys.argv[1], int(port))[0], flush=True)
