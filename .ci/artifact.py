#!/usr/bin/env python3
"""The path of a crate's artifact out of cargo's JSON messages on standard input.

usage: cargo build --message-format=json… | artifact.py CRATE SUFFIX
"""

import json
import sys

crate, suffix = sys.argv[1:]
found = None
for line in sys.stdin:
    message = json.loads(line)
    if message["reason"] == "compiler-artifact" and message["target"]["name"] == crate:
        found = next((name for name in message["filenames"] if name.endswith(suffix)), found)
if not found:
    sys.exit(f"cargo built no {crate}{suffix}")
print(found)
