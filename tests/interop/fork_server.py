#!/usr/bin/env python3
"""Runs one of the scripts beside it again and again without importing its libraries anew: each run is a fork of this process.

Takes a JSON document a line: `{"arguments": [...], "cwd": ..., "out": ..., "err": ...}`; answers with two lines, the process
id of the run and, when it has ended, its exit status.
"""
from __future__ import annotations

import importlib
import json
import os
import random
import sys
import traceback


def descriptor(number, path, flags):
    opened = os.open(path, flags, 0o644)
    os.dup2(opened, number)
    os.close(opened)


def run(module, order):
    """The exit status of the script's own `main`."""
    os.chdir(order["cwd"])
    descriptor(0, os.devnull, os.O_RDONLY)
    for number, path in ((1, order["out"]), (2, order["err"])):
        descriptor(number, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    sys.argv = [module.__name__, *order["arguments"]]
    random.seed()  # or all runs would draw the same challenges
    try:
        return module.main() or 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1


def main():
    module = importlib.import_module(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = run(module, json.loads(line))
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(status)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
