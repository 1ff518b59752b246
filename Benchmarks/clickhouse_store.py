"""ClickHouse for benchmarks: chdb, which is ClickHouse in a process, behind its HTTP interface."""
import subprocess
import sys

from connections import ROOT, free_ports, wait_for

# Whom the interface knows, as --clickhouse-login has it.
LOGIN = "me:a secret\n"
INSTALL = ("import os, packages, run_sql; "
           "packages.install(os.path.join(os.path.dirname(packages.FOLDER), 'python-clickhouse'), run_sql.PACKAGES['clickhouse'])")


def install_clickhouse():
    """Installs what the process needs, once, from where there is a network."""
    subprocess.run([sys.executable, "-c", INSTALL], cwd=ROOT / "Tests/Tools", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start_clickhouse(hallmark, folder):
    """A process with the table of `hallmark warehouse schema`, and its port."""
    schema = folder / "schema.sql"
    schema.write_bytes(subprocess.run([hallmark, "warehouse", "schema"], check=True, capture_output=True).stdout)
    (folder / "login").write_text(LOGIN)
    port = free_ports(1)[0]
    process = subprocess.Popen([sys.executable, ROOT / "Tests/Tools/clickhouse_http.py", str(port), schema, "loses-nothing"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port)
    return process, port
