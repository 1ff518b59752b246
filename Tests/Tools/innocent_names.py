#!/usr/bin/env python3
"""Writes host names that a great many people meet: those of the filter lists of Debian's webext-ublock-origin-firefox.

The package is unpacked into a folder of the build and not installed: it would bring a browser with it.
"""
import fcntl
import glob
import os
import re
import subprocess

FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".build", "innocent-names")
PACKAGE = "webext-ublock-origin-firefox"
NAME = re.compile(r"(?<![\w./%-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,18}(?![\w.-])")
# What ends so is a file's name or a property in a script.
NO_NAME = re.compile(r"\.(js|php|css|gif|jpg|png|html?|svg|json|xml|min|prototype|log|push|on|id|src)$")

os.makedirs(FOLDER, exist_ok=True)
with open(FOLDER + "/lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not os.path.exists(FOLDER + "/usr"):
        subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", PACKAGE], cwd=FOLDER, check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["dpkg", "-x", glob.glob(FOLDER + "/*.deb")[0], FOLDER], check=True)
names = set()
for path in glob.glob(FOLDER + "/usr/**/*.txt", recursive=True):
    with open(path, encoding="utf-8", errors="replace") as file:
        for name in NAME.findall(file.read()):
            if not NO_NAME.search(name):
                names.add(name)
print("\n".join(sorted(names)))
