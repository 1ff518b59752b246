"""sigma-cli, as anybody would run it over the rules: sigma_cli.py check|convert … as sigma takes them.

It wants another pySigma than the differential test, and so has a folder of its own.
"""
import os
import sys

import packages

packages.install(
    os.path.join(os.path.dirname(packages.FOLDER), "python-sigma-cli"),
    ["sigma-cli==3.1.0", "pysigma==1.5.1", "pysigma-backend-sqlite==2.0.0"])

from sigma.cli.main import main

sys.argv[0] = "sigma"
main()
