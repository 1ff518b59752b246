#!/usr/bin/env python3
"""Writes what dnstwist makes of names: name_variants.py NAME…; a line each: the name, how, the variant."""
import os
import sys

import packages

packages.install(packages.FOLDER + "-names", ["dnstwist==20250130"])

import dnstwist  # noqa: E402

for name in sys.argv[1:]:
    fuzzer = dnstwist.Fuzzer(name, tld_dictionary=["net", "org", "co", "info", "shop", "co.uk", "de"],
                             dictionary=["login", "secure", "account", "support", "verify"])
    fuzzer.generate()
    for variant in fuzzer.domains:
        if variant["fuzzer"] != "*original":
            print(name, variant["fuzzer"], variant["domain"])
