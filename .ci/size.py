#!/usr/bin/env python3
"""Flash and RAM of linked 32-bit ELF programs against a budget.

usage: size.py --budget FILE.toml --rustc VERSION [--update] PROGRAM...

Flash is code, constants and the initial values of variables; RAM is variables, among them the protocol machines, whose
sizes are listed. A program above its budget by more than 2 % fails (5 % where another compiler measured the budget).
"""

import argparse
import os
import re
import struct
import subprocess
import sys
import tomllib

LISTED = 64


def measure(path):
    with open(path, "rb") as f:
        elf = f.read()
    section_offset, = struct.unpack_from("<I", elf, 32)
    entry_size, count, names = struct.unpack_from("<HHH", elf, 46)
    sections = [struct.unpack_from("<10I", elf, section_offset + i * entry_size) for i in range(count)]

    def text(table, offset):
        start = sections[table][4] + offset
        return elf[start : elf.index(b"\0", start)].decode()

    flash = ram = 0
    variables = []
    for section in sections:
        kind, flags, size = section[1], section[2], section[5]
        if flags & 2:
            writable, stored = flags & 1, kind != 8
            ram += size if writable else 0
            flash += size if stored else 0
        if kind == 2:
            for at in range(section[4], section[4] + size, 16):
                name, _, length, info, _, home = struct.unpack_from("<IIIBBH", elf, at)
                if info & 15 == 1 and 0 < home < count and sections[home][2] & 3 == 3 and length >= LISTED:
                    variables.append((length, text(section[6], name)))
    plain = subprocess.run(["c++filt"], input="\n".join(n for _, n in variables), capture_output=True, text=True, check=True)
    named = [re.sub(r"(?<=\w)\[[0-9a-f]+\]", "", n) for n in plain.stdout.splitlines()]
    return flash, ram, sorted(((length, n) for (length, _), n in zip(variables, named)), reverse=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--budget", required=True)
    parser.add_argument("--rustc", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("programs", nargs="+")
    args = parser.parse_args()
    rustc = args.rustc.split()[1]

    budget = {}
    if os.path.exists(args.budget):
        with open(args.budget, "rb") as f:
            budget = tomllib.load(f)
    tolerance = 1.02 if budget.get("rustc") == rustc else 1.05

    measured, grown, shrunk = {}, [], []
    print(f"  {'program':<16}{'flash':>9}{'budget':>9}{'RAM':>9}{'budget':>9}")
    for path in args.programs:
        program = os.path.basename(path)
        flash, ram, variables = measure(path)
        measured[program] = {"flash": flash, "ram": ram}
        allowed = budget.get(program, {})
        print(f"  {program:<16}{flash:>9}{allowed.get('flash', '-'):>9}{ram:>9}{allowed.get('ram', '-'):>9}")
        for length, name in variables:
            print(f"    RAM {length:>8} {name}")
        for what, size in measured[program].items():
            limit = allowed.get(what)
            if limit is None:
                grown.append(f"{program}: no budget for {what}")
            elif size > limit * tolerance:
                grown.append(f"{program}: {what} grew from {limit} to {size} bytes")
            elif size < limit * 0.98:
                shrunk.append(f"{program}: {what} shrank from {limit} to {size} bytes")
    if args.update:
        with open(args.budget, "w") as f:
            f.write("# Bytes of the programs of .ci/probe; `.ci/bare-metal --update` rewrites this file.\n")
            f.write(f'rustc = "{rustc}"\n')
            for program, sizes in measured.items():
                f.write(f"\n[{program}]\n" + "".join(f"{what} = {size}\n" for what, size in sizes.items()))
        print(f"  written: {args.budget}")
        return
    if budget and budget.get("rustc") != rustc:
        print(f"  the budget was measured with rustc {budget.get('rustc')}, this is {rustc}: 5 % tolerance")
    for line in shrunk:
        print(f"  {line}: keep it with .ci/bare-metal --update")
    for line in grown:
        print(f"  TOO BIG {line}")
    if grown:
        sys.exit(1)


main()
