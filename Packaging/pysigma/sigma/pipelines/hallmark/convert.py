"""Converts rules one by one: python3 -m sigma.pipelines.hallmark.convert STORE [OPTIONS] RULES… > QUERIES.

STORE is elasticsearch, splunk or sqlite; RULES are files, or folders that are looked through. Written is a line of JSON
for each query, with `id`, `title` and `query`. A rule that can't be asked of the store is said on standard error with
the reason; the others are converted. The exit status is 1 when there was such a rule, or nothing to convert.

  --keep-going   end with 0 all the same, unless nothing was converted
  --format NAME  write what the backend's own form NAME is, of all rules together: savedsearches, kibana_ndjson, …
"""
import argparse
import importlib
import json
import pathlib
import re
import sys

from sigma.collection import SigmaCollection
from sigma.pipelines.hallmark import pipelines

# The module and class of each backend, what else it is told, and the package that has it.
STORES = {
    "elasticsearch": ("sigma.backends.elasticsearch", "LuceneBackend", {}, "pysigma-backend-elasticsearch"),
    "splunk": ("sigma.backends.splunk", "SplunkBackend", {}, "pysigma-backend-splunk"),
    "sqlite": ("sigma.backends.sqlite", "sqliteBackend", {"collate_nocase": True}, "pysigma-backend-sqlite"),
}


def backend(store):
    module, name, options, package = STORES[store]
    try:
        make = getattr(importlib.import_module(module), name)
    except ImportError as error:
        sys.exit(f"{store} wants another package: pip install {package} ({error})")
    return make(pipelines["hallmark_" + store](), **options)


def files(paths):
    for path in map(pathlib.Path, paths):
        yield from sorted(one for one in path.rglob("*") if one.suffix in (".yml", ".yaml")) if path.is_dir() else [path]


def reason(error):
    """What an exception says, in one line."""
    return (" ".join(str(error).split()) or type(error).__name__)[:300]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", choices=STORES)
    parser.add_argument("rules", nargs="+")
    parser.add_argument("--keep-going", action="store_true")
    parser.add_argument("--format")
    options = parser.parse_args(arguments)
    maker = backend(options.store)
    good, refused = [], 0
    for path in files(options.rules):
        title = path
        try:
            text = path.read_text(encoding="utf-8")
            if re.search("^correlation:", text, re.MULTILINE):
                raise ValueError("it counts over records, which `hallmark match` does")
            rules = SigmaCollection.from_yaml(text)
            title = f"{path}: {rules[0].title}"
            queries = maker.convert(rules)
        # Whatever is wrong with one rule, the others are none the worse for it.
        except Exception as error:  # pylint: disable=broad-except
            refused += 1
            print(f"{title}: {reason(error)}", file=sys.stderr)
            continue
        good.append(text)
        if options.format is None:
            for query in queries:
                json.dump({"id": str(rules[0].id), "title": rules[0].title, "query": query}, sys.stdout)
                print()
    if options.format is not None and good:
        made = backend(options.store).convert(SigmaCollection.from_yaml("\n---\n".join(good)), options.format)
        for one in made if isinstance(made, list) else [made]:
            print(one if isinstance(one, str) else json.dumps(one))
    print(f"{len(good)} rules converted, {refused} can't be asked of {options.store}", file=sys.stderr)
    return 1 if not good or refused and not options.keep_going else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
