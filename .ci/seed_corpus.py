#!/usr/bin/env python3
"""Writes the inputs of tests/vectors/*.json, and the certificates beside them, as the corpora of the fuzz targets.

usage: seed_corpus.py VECTORS CORPORA     one directory in CORPORA per target, one file per input
"""

import hashlib
import json
import pathlib
import sys

TARGETS = {
    "apdu": ["apdu", "acse", "ciphered", "client_session", "server_session"],
    "axdr-data": ["data", "profile"],
    "hdlc": ["hdlc"],
    "hdlc-capture": ["hdlc", "listener"],
    "hdlc-noise": ["hdlc"],
    "hdlc-session": ["hdlc"],
    "mbus": ["mbus"],
    "mbus-dlms": ["mbus", "listener"],
    "mbus-short": ["mbus"],
    "mbus-app": ["mbus"],
    "wmbus": ["wmbus"],
    "iec62056-21-line": ["readout"],
    "iec62056-21-flow": ["readout"],
    "p1-telegram": ["p1", "readout", "listener"],
    "p1-glo": ["listener"],
    "apdu-capture": ["listener"],
    "wrapper": ["wrapper", "client_session", "server_session"],
    "wrapper-capture": ["wrapper", "listener"],
}

vectors, corpora = map(pathlib.Path, sys.argv[1:])
written = {}
for path in sorted(vectors.glob("**/*.json")):
    entries = json.loads(path.read_text())
    for entry in entries if isinstance(entries, list) else []:
        # `prefixes:KIND` and `bitflips:KIND` are made from a valid input of that kind.
        kind, data = entry.get("kind", "").split(":")[-1], entry.get("input_hex", "")
        if not data:
            continue
        octets = bytes.fromhex(data)
        for target in TARGETS.get(kind, []):
            directory = corpora / target
            directory.mkdir(parents=True, exist_ok=True)
            (directory / hashlib.sha1(octets).hexdigest()).write_bytes(octets)
            written[target] = written.get(target, 0) + 1
for path in sorted(vectors.glob("certificates/*.der")):
    directory = corpora / "certificate"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / path.name).write_bytes(path.read_bytes())
    written["certificate"] = written.get("certificate", 0) + 1
print("seeds: " + (", ".join(f"{target} {n}" for target, n in sorted(written.items())) or "none"))
