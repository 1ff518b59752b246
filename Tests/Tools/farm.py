#!/usr/bin/env python3
"""farm.py DIR [NAME...]: real TLS servers on loopback, from the configurations in farm.json.

Starts those of them whose program is installed, prints one JSON object a line for each that listens
({"name", "port", "certificate", "tls_library", "jarm"}), then `ready`, and ends with its input. DIR takes their files.
With FARM_SWAP in the environment the servers with an RSA certificate get an ECDSA one, and the other way round.
"""
import errno
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import time

here = pathlib.Path(__file__).parent
farm = pathlib.Path(sys.argv[1]).resolve()
names = sys.argv[2:]
certificates = farm / "certs"
certificates.mkdir(parents=True, exist_ok=True)
# Servers that drop their rights must still find their files.
os.chmod(farm, 0o755)
subprocess.run([here / "farm-certificates.sh", certificates], check=True)


def free_port():
    """A port below those that the kernel gives to connections: none of them can have it before the server."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(server, port):
    folder = farm / server["name"]
    folder.mkdir(exist_ok=True)

    def localise(text):
        if os.environ.get("FARM_SWAP"):
            text = re.sub(r"certs/(rsa|ec)\.", lambda name: f"certs/{swapped[name[1]]}.", text)
        return text.replace(str(server["port"]), str(port)).replace("FARM", str(farm))

    for name, text in server["config_files"].items():
        (folder / name).write_text(localise(text))
    environment = {**os.environ, **{name: localise(text) for name, text in server["env"].items()}}
    if "build" in server:
        subprocess.run([localise(word) for word in server["build"]], env=environment, check=True)
    return subprocess.Popen(
        [localise(word) for word in server["command"]],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=(folder / "out.log").open("wb"),
        stderr=subprocess.STDOUT,
        # A group of its own, by which workers can be ended with their server.
        start_new_session=True,
    )


def end(process):
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            pass


swapped = {"rsa": "ec", "ec": "rsa"}
running = []
for server in json.loads((here / "farm.json").read_text()):
    if names and server["name"] not in names:
        continue
    if not os.access(server.get("build", server["command"])[0], os.X_OK):
        print(f"{server['name']} is not installed", file=sys.stderr, flush=True)
        continue
    port = free_port()
    running.append((server, port, start(server, port)))
for server, port, process in running:
    deadline = time.monotonic() + 120
    while process.poll() is None and not is_listening(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    if process.poll() is None and is_listening(port):
        line = {key: server[key] for key in ("name", "certificate", "tls_library", "jarm")}
        print(json.dumps({**line, "port": port}), flush=True)
    else:
        words = (farm / server["name"] / "out.log").read_text(errors="replace")[-1000:]
        print(f"{server['name']} does not start: {words}", file=sys.stderr, flush=True)
print("ready", flush=True)
try:
    sys.stdin.read()
finally:
    for _, _, process in running:
        end(process)
