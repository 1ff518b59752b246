"""Python packages for the tests, installed once into a folder of the build.

The tests run in parallel, so the first of them holds a lock while it installs.
"""
import fcntl
import os
import subprocess
import sys

PACKAGES = [
    "certifi==2026.10.18", "cryptography==48.0.0", "cryptography-vectors==48.0.0", "pyjarm==0.0.5", "tlslite-ng==0.8.2"]
FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".build", "python-packages")


def use():
    """Makes the packages importable, and returns their folder."""
    os.makedirs(FOLDER, exist_ok=True)
    done = os.path.join(FOLDER, "complete")
    with open(os.path.join(FOLDER, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(done) or open(done).read() != " ".join(PACKAGES):
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "--quiet", "--target", FOLDER, "--upgrade", *PACKAGES],
                check=True, stdout=sys.stderr)
            with open(done, "w") as mark:
                mark.write(" ".join(PACKAGES))
    sys.path.insert(0, FOLDER)
    return FOLDER
