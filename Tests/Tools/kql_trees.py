#!/usr/bin/env python3
"""Trees of queries in the Kibana Query Language, by somebody else's parser.

Reads a JSON array of queries and writes a JSON array of their trees, or null where there is none, in the words of
KQLNode.description. The grammar is that of kibana-ql, a transcription of Kibana's own; what it makes of a literal's
characters (escapes, wildcards, blanks at its ends) is read here by the rules of that grammar, since kibana-ql gives
up the difference between a wildcard and a star.
"""
import json
import os
import re
import sys

import packages

packages.install(
    os.path.join(os.path.dirname(packages.FOLDER), "python-kql"),
    ["kibana-ql==0.2", "parsimonious==0.11.0", "genutility==0.0.123"])
import kibana_ql.kql
from parsimonious.exceptions import ParseError
from parsimonious.grammar import Grammar

WHITE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def only(node):
    """What a rule of alternatives or of one part stands for."""
    while not node.expr_name and len(node.children) == 1:
        node = node.children[0]
    return node


def parts(node):
    """The named parts of a sequence, blanks left out."""
    found = []
    for child in node.children:
        if child.expr_name in ("Space", "OptionalSpace", "Or", "And", "Not"):
            continue
        if child.expr_name:
            found.append(child)
        else:
            found.extend(parts(child))
    return found


def quoted(text):
    return '"' + re.sub(r'["\\]', lambda m: "\\" + m.group(), text).replace("\n", "\\n").replace(
        "\r", "\\r").replace("\t", "\\t").replace("\u0001", "\\*") + '"'


def characters(node):
    """The characters of a literal; a wildcard is U+0001."""
    result = ""
    for child in node.children:
        if child.expr_name in ("QuotedCharacter", "UnquotedCharacter"):
            inner = only(child.children[0])
            text = inner.text
            if inner.expr_name == "EscapedWhitespace":
                result += {"\\t": "\t", "\\r": "\r", "\\n": "\n"}[text]
            elif inner.expr_name == "EscapedUnicodeSequence":
                result += chr(int(text[2:], 16))
            elif inner.expr_name in ("EscapedSpecialCharacter", "EscapedKeyword"):
                result += text[1:]
            elif inner.expr_name == "Wildcard":
                result += "\u0001"
            elif child.expr_name == "QuotedCharacter" and len(text) == 2:
                result += text[1]
            else:
                result += text
        else:
            result += characters(child)
    return result.encode("utf-16", "surrogatepass").decode("utf-16")


def literal(node):
    node = next(n for n in walk(node) if n.expr_name in ("QuotedString", "UnquotedLiteral"))
    text = characters(node)
    if node.expr_name == "QuotedString":
        return "p" + quoted(text)
    text = text.strip(WHITE)
    if text in ("null", "true", "false"):
        return text
    return ("w" if "\u0001" in text else "") + quoted(text)


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def joined(name, trees):
    return trees[0] if len(trees) == 1 else f"{name}({', '.join(trees)})"


def tree(node, field=None):
    name = node.expr_name
    if name in ("OrQuery", "OrListOfValues", "AndQuery", "AndListOfValues"):
        return joined("or" if name.startswith("Or") else "and", [tree(p, field) for p in parts(node)])
    if name in ("NotQuery", "NotListOfValues"):
        inner = tree(parts(node)[0], field)
        return f"not({inner})" if any(n.expr_name == "Not" for n in direct(node)) else inner
    if name == "NestedQuery" and any(n.text == "{" for n in direct(node)):
        path, query = parts(node)
        return f"nested({literal(path)}, {tree(query)})"
    if name == "FieldRangeExpression":
        left, operator, right = parts(node)
        sign = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}[operator.text]
        return f"range({literal(left)}, {sign}, {literal(right)})"
    if name == "FieldValueExpression":
        left, values = parts(node)
        return tree(values, literal(left))
    if name == "ValueExpression":
        return f"is(null, {literal(node)})"
    if name == "Value":
        return f"is({field}, {literal(node)})"
    return tree(parts(node)[0], field)


def direct(node):
    """The parts of a sequence as they stand."""
    for child in node.children:
        yield child
        if not child.expr_name:
            yield from direct(child)


def main():
    # Kibana's `.` is any character, and Python's is no line end.
    with open(os.path.join(os.path.dirname(kibana_ql.kql.__file__), "kql.parsimonious")) as file:
        parser = Grammar(file.read().replace('~r"."', '~r"."s'))
    trees = []
    for query in json.load(sys.stdin):
        try:
            root = parser.parse(query)
        except ParseError:
            trees.append(None)
            continue
        found = [n for n in walk(root) if n.expr_name == "OrQuery"]
        trees.append(tree(found[0]) if found else 'is(w"\\*", w"\\*")')
    json.dump(trees, sys.stdout, ensure_ascii=False)


main()
