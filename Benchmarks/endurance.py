#!/usr/bin/env python3
"""What a scan keeps through kills, rivals and hostile servers.

    Benchmarks/endurance.py [--hallmark PATH] [--only kills|overlap|soak] [--kills N] [--runs N] [--minutes N]

kills    a scan is killed with SIGKILL at random moments, N times, and resumed, once with each option that says what a
         target is: server names, STARTTLS, all addresses of names, IPv6 in several spellings. Each target has one
         record in the end, and each line is whole.
overlap  N runs at once, half of them on one output and checkpoint, the others on one corpus: one of the first half writes,
         the rest say why not; the corpus has what the others saw.
soak     a scan with every probe, of addresses of which one in five is hostile: memory and descriptors stay flat.

Everything happens in a network namespace of its own, which takes root or a kernel that lets users make some. A program with
sanitizers is tried in the same way: what they find ends a run with another code than those that are right.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class Trial:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.problems = 0
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
             "-subj", "/CN=endurance.test", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
            check=True, stderr=subprocess.DEVNULL,
        )
        self.servers = subprocess.Popen(
            [sys.executable, HERE / "endurance_servers.py", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.ports = json.loads(self.servers.stdout.readline())

    def say(self, is_right, text):
        self.problems += not is_right
        print(("      " if is_right else "WRONG ") + text, flush=True)

    def command(self, *arguments):
        return [self.options.hallmark, "scan", *map(str, arguments), "--include-special", "--no-signatures", "-q"]

    def check(self, process, name):
        """The end of a run that nobody killed; what sanitizers say is on standard error."""
        errors = process.stderr.read().decode(errors="replace")
        if process.returncode not in (0, 1) or "Sanitizer" in errors or "runtime error" in errors:
            self.say(False, f"{name}: ended with {process.returncode}: {errors[-2000:]}")
            return False
        return True

    # kills

    def kills(self):
        tls, smtp = self.ports["tls"], self.ports["smtp"]
        pairs = [f"127.52.0.{at},sni{at}.test" for at in range(1, 200)]
        blocks = [f"127.50.0.0/24:{tls}", "127.54.0.0/27:9"]
        spellings = (
            ["[fd77::1:0/121]", "[::ffff:127.55.0.0/121]"]
            + [f"[FD77:0:0:0:0:0:0002:{at:04X}]" for at in range(1, 100)]
            + [f"[fd77::3:{at:x}],s{at}.test" for at in range(1, 100)]
            + [f"[::ffff:127.55.1.{at}],x{at}.test" for at in range(1, 100)]
        )
        names = [f"n{at}.test" for at in range(1, 120)]
        named = [f"{pair.replace(',', f':{tls},')}" for pair in pairs]
        sixes = [text.replace("]", f"]:{tls}", 1) for text in spellings]
        resolver = ["--resolver", f"127.0.0.1:{self.ports['dns']}", "--no-ipv6"]
        self.kill("pairs", blocks + named, 256 + 32 + 199)
        self.kill("--sni NAME", blocks + named, 256 + 32 + 199, "--sni", "other.test")
        self.kill("--sni none", blocks + named, 256 + 32 + 199, "--sni", "none")
        self.kill("--starttls", [f"127.50.1.0/24:{smtp}", f"127.50.2.0/25:{tls}"], 384, "--starttls", "smtp")
        self.kill("--all-addresses", [f"{name}:{tls}" for name in names] + ["gone.test:443"], 3 * 119 + 1,
                  "--all-addresses", *resolver)
        self.kill("IPv6", sixes, 128 + 128 + 3 * 99)

    def kill(self, name, targets, expected, *options):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "targets").write_text("\n".join(targets) + "\n")
        output, checkpoint = folder / "output", folder / "checkpoint"
        # What is begun and not written when the process is killed is asked again: the rate is what makes the kills fit in.
        arguments = ["-i", folder / "targets", "--seed", 7, "--probe", "certificate", "-o", output, "--chain", "none", "-c", 30,
                     "--connect-timeout", 2, "--handshake-timeout", 4, *options]
        killed = 0
        while True:
            state = ["--resume" if checkpoint.exists() else "--checkpoint", checkpoint]
            pace = ["--rate", self.options.rate] if killed < self.options.kills else []
            process = subprocess.Popen(self.command(*arguments, *state, *pace), stderr=subprocess.PIPE)
            try:
                process.wait(random.uniform(0.05, self.options.life) if pace else 600)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
                continue
            break
        is_right = self.check(process, name)
        seen, torn = identities(output, "--all-addresses" in options)
        twice = sum(count > 1 for count in seen.values())
        is_right = is_right and len(seen) == expected and not twice and not torn and killed == self.options.kills
        self.say(is_right, f"kills, {name}: {killed} kills, {len(seen)} of {expected} targets, {twice} twice, {torn} torn lines")

    # overlap

    def overlap(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        output, checkpoint, corpus = folder / "output", folder / "checkpoint", folder / "corpus"
        half = self.options.runs // 2
        rivals, sharers = [], []
        for at in range(half):
            block = f"127.60.{at}.0/27:{self.ports['tls']}"
            common = ["--probe", "certificate", "--rate", 8]
            rivals.append(subprocess.Popen(
                self.command(block, *common, "-o", output, "--checkpoint", checkpoint), stderr=subprocess.PIPE))
            sharers.append(subprocess.Popen(
                self.command(block, *common, "-o", folder / f"own{at}", "--corpus", corpus), stderr=subprocess.PIPE))
        codes, words = collections.Counter(), 0
        for process in rivals:
            errors = process.communicate()[1].decode(errors="replace")
            codes[process.returncode] += 1
            words += "another run" in errors
        seen, torn = identities(output, False)
        self.say(
            codes == {0: 1, 1: half - 1} and words == half - 1 and len(seen) == 32 and not torn,
            f"overlap, one output: codes {dict(codes)}, {words} say why not, {len(seen)} records, {torn} torn lines",
        )
        codes = collections.Counter()
        for process in sharers:
            errors = process.communicate()[1].decode(errors="replace")
            codes[process.returncode] += 1
            if process.returncode:
                print(errors[-2000:], file=sys.stderr)
        database = sqlite3.connect(corpus)
        moments = database.execute("SELECT count(*) FROM moments").fetchone()[0]
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        records = sum(len(identities(folder / f"own{at}", False)[0]) for at in range(half))
        self.say(
            codes == {0: half} and moments == records == 32 * half and whole == "ok",
            f"overlap, one corpus: codes {dict(codes)}, {records} records, {moments} in the corpus, which is {whole}",
        )

    # soak

    def soak(self):
        # Ten hellos of JARM and a few others go to each address.
        blocks = max(1, int(self.options.minutes * 60 * self.options.load / 14 / 256))
        targets = [f"127.{64 + at // 256}.{at % 256}.0/24:{self.ports['mixed']}" for at in range(blocks)]
        output = self.folder / "soak"
        process = subprocess.Popen(
            self.command(*targets, "--probe", "full", "--rate", self.options.load, "-c", 400, "-o", output, "--retries", 3,
                         "--corpus", self.folder / "soak-corpus"),
            stderr=subprocess.PIPE,
        )
        began, samples = time.monotonic(), []
        while process.poll() is None:
            time.sleep(1)
            sample = resources(process.pid)
            if sample:
                samples.append((time.monotonic() - began, *sample))
        is_right = self.check(process, "soak")
        seen, torn = identities(output, False)
        outcomes = collections.Counter()
        with open(output) as lines:
            for line in lines:
                record = json.loads(line)
                place = [int(part) for part in record["server"]["ip"].split(".")]
                is_hostile = (place[2] * 256 + place[3]) % 5 == 0
                code = (record.get("error") or {}).get("code", "success")
                outcomes["hostile" if is_hostile else code] += 1
        later = samples[len(samples) // 3 :]
        middle = len(later) // 2
        memory = [max(sample[1] for sample in part) for part in (later[:middle], later[middle:])]
        # How many connections are open at once goes with the machine's load; one that is never closed raises the fewest.
        files = [min(sample[2] for sample in part) for part in (later[:middle], later[middle:])]
        is_right = is_right and len(seen) == 256 * blocks and not torn and outcomes.keys() <= {"hostile", "success"}
        is_flat = memory[1] < 1.1 * memory[0] + 4096 and files[1] <= files[0] + 16
        self.say(
            is_right and is_flat,
            f"soak: {samples[-1][0] / 60:.1f} min, {len(seen)} of {256 * blocks} targets, {dict(outcomes)}, {torn} torn lines, "
            f"memory {memory[0] / 1024:.1f} then {memory[1] / 1024:.1f} MB, descriptors at least {files[0]} then {files[1]}",
        )


def identities(path, by_address):
    """How often each target has a record, and how many lines are none."""
    seen, torn = collections.Counter(), 0
    if not path.exists():
        return seen, torn
    for line in path.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            record = json.loads(line)
        except ValueError:
            torn += 1
            continue
        server = record["server"]
        name = (record.get("tls") or {}).get("client", {}).get("server_name")
        seen[(server["address"], server.get("port"), name, server.get("ip") if by_address else None)] += 1
    return seen, torn


def resources(pid):
    """Resident KiB and open descriptors of a process; nothing when it has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        resident = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(resident[0].split()[1]), len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, IndexError):
        return None


def enter_namespace():
    """Runs the script again where loopback is all there is, and every address of fd77::/32 is its own."""
    if os.environ.get("ENDURANCE_NAMESPACE"):
        for command in ("ip link set lo up", "ip -6 route add local fd77::/32 dev lo"):
            subprocess.run(command.split(), check=True)
        return
    user = [] if os.geteuid() == 0 else ["-r"]
    os.environ["ENDURANCE_NAMESPACE"] = "yes"
    os.execvp("unshare", ["unshare", *user, "-n", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hallmark", default=str(HERE.parent / ".build/release/hallmark"))
    parser.add_argument("--only", choices=["kills", "overlap", "soak"])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rate", type=float, default=5, help="connections a second while there are kills to come")
    parser.add_argument("--life", type=float, default=0.9, help="seconds after which a run is killed, at most")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--load", type=float, default=150, help="connections a second of the soak")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    enter_namespace()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(options, pathlib.Path(folder))
        try:
            for part in ("kills", "overlap", "soak"):
                if options.only in (None, part):
                    getattr(trial, part)()
        finally:
            trial.servers.kill()
    sys.exit(trial.problems > 0)


if __name__ == "__main__":
    main()
