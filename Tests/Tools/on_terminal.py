#!/usr/bin/env python3
"""Runs a command on a terminal of its own, ends its input once it has said what is awaited, and passes on
what it says.

usage: on_terminal.py WORDS COMMAND [ARGUMENT ...]

Ends with the command's exit code (128 and the signal's number where one ended it), and with 124 where the
command has neither said WORDS nor ended within two minutes.
"""
import os
import pty
import select
import signal
import sys
import time

LIMIT = 120
END_OF_INPUT = b"\x04"


def run(words, command):
    child, terminal = pty.fork()
    if child == 0:
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", flush=True)
            os._exit(127)
    said = bytearray()
    limit = time.monotonic() + LIMIT
    while time.monotonic() < limit:
        readable, _, _ = select.select([terminal], [], [], 0.2)
        if readable:
            try:
                part = os.read(terminal, 1 << 16)
            except OSError:
                # So a terminal says that nobody holds it any more.
                part = b""
            if not part:
                break
            said += part
        elif words in said:
            # Again and again: a program may read on after the first end.
            try:
                os.write(terminal, END_OF_INPUT)
            except OSError:
                break
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return said, 124
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return said, code if code >= 0 else 128 - code


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 64
    said, code = run(os.fsencode(sys.argv[1]), sys.argv[2:])
    # A terminal puts a carriage return before each end of a line.
    sys.stdout.buffer.write(said.replace(b"\r\n", b"\n"))
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
