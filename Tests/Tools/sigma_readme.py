"""Types the commands of Packaging/pysigma/README.md: sigma_readme.py RECORDS.

They run one after the other in a folder of their own, with the versions of pySigma that the other tests have. Prints as JSON
for each command `command`, `status` and `errors` (the end of what it said), and `lines` of each file that they left.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHIPPED = os.path.join(ROOT, "Packaging", "pysigma")
VERSIONS = [
    "pysigma==1.5.1", "pysigma-backend-elasticsearch==2.1.1", "pysigma-backend-splunk==2.1.0",
    "pysigma-backend-sqlite==2.0.0"]


def main():
    page = open(os.path.join(SHIPPED, "README.md"), encoding="utf-8").read()
    commands = re.findall(r"^    (\S.*)$", page, re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sys.argv[1], os.path.join(folder, "sweep.ndjson"))
        constraints = os.path.join(folder, "constraints")
        with open(constraints, "w", encoding="utf-8") as file:
            file.write("\n".join(VERSIONS) + "\n")
        steps, activate = [], "true"
        for command in commands:
            if command.startswith(". "):
                activate = command
            typed = command.replace("/usr/share/hallmark/signatures", os.path.join(ROOT, "signatures"))
            typed = typed.replace("/usr/share/doc/hallmark/pysigma", SHIPPED)
            ran = subprocess.run(
                ["bash", "-c", f"{activate} && {typed}"], cwd=folder, capture_output=True, text=True, check=False,
                env=os.environ | {"PIP_CONSTRAINT": constraints, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
            steps.append({"command": command, "status": ran.returncode, "errors": ran.stderr[-600:]})
            if command.startswith("python3") and ".ask " in command:
                with open(os.path.join(folder, "found"), "w", encoding="utf-8") as file:
                    file.write(ran.stdout)
        lines = {}
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not name.endswith(".sqlite"):
                lines[name] = sum(1 for _ in open(path, encoding="utf-8"))
    json.dump({"steps": steps, "lines": lines}, sys.stdout)


if __name__ == "__main__":
    main()
