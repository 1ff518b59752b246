"""Python packages for the tests, installed once into a folder of the build.

The tests run in parallel, so the first of them holds a lock while it installs.
"""
import fcntl
import os
import subprocess
import sys

PACKAGES = [
    "certifi==2026.10.18", "cryptography==48.0.0", "cryptography-vectors==48.0.0",
    "mmdb-writer==0.2.7", "publicsuffixlist==1.1.2.20261023", "pyjarm==0.0.5", "tlslite-ng==0.8.2"]
FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".build", "python-packages")


def use():
    """Makes the packages importable, and returns their folder."""
    return install(FOLDER, PACKAGES)


def install(folder, packages):
    """Installs packages into a folder, unless that was done, and makes them importable."""
    os.makedirs(folder, exist_ok=True)
    done = os.path.join(folder, "complete")
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(done) or open(done).read() != " ".join(packages):
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "--upgrade", *packages],
                check=True, stdout=sys.stderr)
            with open(done, "w") as mark:
                mark.write(" ".join(packages))
    sys.path.insert(0, folder)
    return folder
