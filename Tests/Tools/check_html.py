#!/usr/bin/env python3
"""Reads a report with Python's own parser: no element that acts, no attribute of an event, no link to elsewhere.

Prints what does not hold, and ends with 1 then."""
import html.parser
import pathlib
import sys

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "article", "div",
    "h1", "h2", "h3", "p", "ol", "ul", "li", "a", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td",
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "aria-label", "aria-labelledby", "scope"}
faults = []
ids, links = set(), set()


class Reader(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        if tag not in ALLOWED:
            faults.append(f"{self.getpos()}: <{tag}>")
        for name, value in attributes:
            if name not in ATTRIBUTES:
                faults.append(f"{self.getpos()}: {tag} {name}")
            if name == "href":
                links.add(value)
            if name == "id":
                ids.add(value)

    def handle_comment(self, data):
        faults.append(f"{self.getpos()}: a comment")


text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
Reader().feed(text)
faults += [f"a link that leads nowhere here: {link}" for link in links if link.removeprefix("#") not in ids or link[0] != "#"]
if not text.startswith("<!DOCTYPE html>") or "default-src 'none'" not in text:
    faults.append("no doctype, or no policy")
print("\n".join(faults))
sys.exit(1 if faults else 0)
