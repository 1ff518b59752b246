"""Reads an SBOM with OWASP's library for CycloneDX: read_sbom.py FILE.

Holds it to the schema, strictly, and prints as JSON what it understood: name, version and licences of each component.
"""
import json
import os
import sys

import packages

packages.install(
    os.path.join(os.path.dirname(packages.FOLDER), "python-sbom"), ["cyclonedx-python-lib[json-validation]==11.12.0"])

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1], encoding="utf-8").read()
document = json.loads(text)
fault = JsonStrictValidator(SchemaVersion.from_version(document["specVersion"])).validate_str(text)
if fault is not None:
    sys.exit(str(fault)[:2000])
bom = Bom.from_json(document)
if not bom.validate():
    sys.exit("the dependencies name what is not there")
json.dump({one.name: [one.version, [str(license.id) for license in one.licenses]] for one in bom.components}, sys.stdout)
