#!/usr/bin/env python3
"""Writes the manual page from what `hallmark --experimental-dump-help` says: manual.py VERSION < DUMP.

The plugin of swift-argument-parser writes the day of the build into its page; this one has the day of the commit.
"""
import datetime
import json
import os
import sys


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def names(argument):
    """`-p, --ports <ports>`."""
    value = argument.get("valueName")
    if argument["kind"] == "positional":
        return f"<{value}>"
    forms = [{"short": "-", "long": "--", "longWithSingleDash": "-"}[name["kind"]] + name["name"]
             for name in argument.get("names", [])]
    return ", ".join(sorted(forms, key=len)) + (f" <{value}>" if argument["kind"] == "option" else "")


def paragraphs(text):
    """Lines that begin with blanks are examples, and stay as they are."""
    for block in (text or "").split("\n\n"):
        if any(line.startswith("  ") for line in block.split("\n")):
            print(".PP\n.nf\n" + roff(block) + "\n.fi")
        elif block:
            print(".PP\n" + roff(block))


def command(one, path):
    path = path + [one["commandName"]]
    if len(path) > 1:
        print(f".SH {roff(' '.join(path)).upper()}")
        print(roff(one.get("abstract", "")))
    paragraphs(one.get("discussion"))
    for argument in one.get("arguments", []):
        if argument.get("shouldDisplay", True):
            print(f".TP\n.B {roff(names(argument))}")
            text = " ".join(part for part in [argument.get("abstract"), argument.get("discussion")] if part)
            if argument.get("defaultValue"):
                text += f" (default: {argument['defaultValue']})"
            print(roff(text) or "\\&")
    for below in one.get("subcommands", []):
        if below["commandName"] != "help":
            command(below, path)


def main():
    dump = json.load(sys.stdin)["command"]
    day = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", 0)), datetime.timezone.utc)
    print(f'.TH HALLMARK 1 "{day:%Y-%m-%d}" "hallmark {sys.argv[1]}" "User Commands"')
    print(f".SH NAME\nhallmark \\- {roff(dump['abstract'].rstrip('.'))}")
    print(".SH SYNOPSIS\n.B hallmark\n<command> [options]\n.SH DESCRIPTION")
    command(dump, [])
    print(".SH FILES\n.TP\n.I ../share/hallmark/signatures\nThe rules, beside the program's folder; "
          ".B HALLMARK_SIGNATURES\nnames others.".replace("; .B", ";\n.B"))
    print(".SH SEE ALSO\nThe pages in /usr/share/doc/hallmark.")


if __name__ == "__main__":
    main()
