#!/usr/bin/env python3
"""Panic symbols in ARM objects: which functions of ours can reach a panic?

usage: panic_symbols.py [--own CRATE]... [--through FILE]... [--skip CRATE]... FILE...

FILE is an .rlib, an .o or an ELF linked with --emit-relocs. A function of a crate named by --own is a finding when it
refers to a panic entry point of `core`, directly or through functions of `core` (their bodies are read from the files
given by --through). `core::fmt` is not followed: it is the formatter of debugging. Functions of --skip crates are left
out; those of all other crates are printed as what they leave. Exit status 1 when there are findings.
Symbols must be mangled by the v0 scheme, which names the crate of every instance.
"""

import argparse
import collections
import re
import struct
import subprocess
import sys

LIBRARY = {"core", "alloc", "std", "compiler_builtins"}
# Not counted: a future polled after its end (`…_fn_resumed`), which is the executor's fault and out of a peer's reach.
PANIC = re.compile(
    r"^(?!.*_resumed).*(::panicking::|::overflow_panic::|::panic_\w+|::\w+_panic\b|_fail(ed)?(_\w+)?(::|$)"
    r"|::handle_alloc_error|::handle_error)"
)
SHT_SYMTAB, SHT_RELA, SHT_REL = 2, 4, 9
SHF_ALLOC = 2
STT_OBJECT, STT_FUNC, STT_SECTION = 1, 2, 3


def members(path):
    """Object files of an archive, or the file itself."""
    with open(path, "rb") as f:
        blob = f.read()
    if not blob.startswith(b"!<arch>\n"):
        yield path, blob
        return
    position, long_names = 8, b""
    while position + 60 <= len(blob):
        header = blob[position : position + 60]
        name, size = header[:16].rstrip(), int(header[48:58])
        body = blob[position + 60 : position + 60 + size]
        position += 60 + size + (size & 1)
        if name == b"//":
            long_names = body
            continue
        if name.startswith(b"/") and name[1:].isdigit():
            start = int(name[1:])
            name = long_names[start : long_names.index(b"\n", start)]
        name = name.rstrip(b"/").decode()
        if name.endswith(".o") and body[:4] == b"\x7fELF":
            yield f"{path}({name})", body


def references(origin, elf):
    """(from, to) for every relocation of an allocated section; and the defined functions. Keys are symbol names, made
    unique by the object where they are local and unmangled."""
    if elf[4] != 1 or elf[5] != 1:
        sys.exit(f"{origin}: not a 32-bit little-endian ELF")
    section_offset, = struct.unpack_from("<I", elf, 32)
    entry_size, count = struct.unpack_from("<HH", elf, 46)
    sections = [struct.unpack_from("<10I", elf, section_offset + i * entry_size) for i in range(count)]

    def text(table, offset):
        start = sections[table][4] + offset
        return elf[start : elf.index(b"\0", start)].decode()

    names_table, = struct.unpack_from("<H", elf, 50)
    symbols, spans = [], collections.defaultdict(list)
    for index, section in enumerate(sections):
        if section[1] != SHT_SYMTAB:
            continue
        for at in range(section[4], section[4] + section[5], 16):
            name, value, size, info, _, home = struct.unpack_from("<IIIBBH", elf, at)
            name, kind = text(section[6], name), info & 15
            if not name.startswith(("_R", "_ZN")) and info >> 4 == 0:
                name = f"{name}@{origin}"
            symbols.append((name, kind, home, value))
            if kind in (STT_FUNC, STT_OBJECT) and 0 < home < count:
                spans[home].append((value & ~1 if kind == STT_FUNC else value, size, name, kind))
    def holders(home, offset):
        """The symbols over an address: several where the compiler merged equal functions."""
        table = spans.get(home, [])
        found = [name for start, size, name, _ in table if start <= offset < start + max(size, 1)]
        return found or [f"section {home}@{origin}"]

    edges = set()
    for section in sections:
        if section[1] not in (SHT_REL, SHT_RELA) or not sections[section[7]][2] & SHF_ALLOC:
            continue
        if text(names_table, sections[section[7]][0]).startswith(".ARM."):
            continue
        step = 8 if section[1] == SHT_REL else 12
        for at in range(section[4], section[4] + section[5], step):
            offset, info = struct.unpack_from("<II", elf, at)
            name, kind, home, value = symbols[info >> 8]
            targets = holders(home, value) if kind == STT_SECTION else [name]
            edges.update((a, b) for a in holders(section[7], offset) for b in targets)
    functions = {name for table in spans.values() for _, _, name, kind in table if kind == STT_FUNC}
    return edges, functions


def owner(symbol):
    """The crate that defines a v0-mangled function: the first crate root in the name. None for other names."""
    if not symbol.startswith("_R"):
        return None
    i = 2
    while i < len(symbol):
        if symbol[i] == "C":
            found = re.match(r"C(?:s[0-9A-Za-z]*_)?(\d+)_?", symbol[i:])
            if not found:
                return None
            start = i + found.end()
            return symbol[start : start + int(found[1])]
        if symbol[i] == "s":
            i = symbol.index("_", i) + 1
        elif symbol[i] == "N":
            i += 2
        else:
            i += 1
    return None


def demangle(symbols):
    symbols = list(symbols)
    bare = [s.split("@")[0] for s in symbols]
    out = subprocess.run(["c++filt"], input="\n".join(bare), capture_output=True, text=True, check=True).stdout
    return dict(zip(symbols, (re.sub(r"(?<=\w)\[[0-9a-f]+\]", "", line) for line in out.splitlines())))


def plain(name):
    """A demangled name without its generic arguments; empty for methods, which are never entry points of a panic."""
    if name.startswith("<"):
        return ""
    name, before = name.replace("->", ""), None
    while name != before:
        name, before = re.sub(r"(::)?<[^<>]*>", "", name), name
    return name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--own", action="append", default=[])
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--through", action="append", default=[])
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()

    calls, functions = collections.defaultdict(set), set()
    for path in args.files + args.through:
        for origin, elf in members(path):
            edges, defined = references(origin, elf)
            for a, b in edges:
                calls[a].add(b)
            if path in args.files:
                functions |= defined
    names = demangle({s for a, to in calls.items() for s in (a, *to)} | functions)
    owners = {s: owner(s) for s in names}
    panics = {s for s, name in names.items() if owners[s] in LIBRARY and PANIC.search(plain(name))}

    def library(symbol):
        """Followed on the way to a panic: the library's code, outlined pieces and tables without a name of their own."""
        if "core::fmt" in names[symbol]:
            return False
        return owners[symbol] in LIBRARY or not symbol.startswith("_R")

    def reached(function):
        seen, todo, found = {function}, [(function, ())], {}
        while todo:
            symbol, way = todo.pop()
            for callee in calls.get(symbol, ()):
                if callee in panics:
                    found.setdefault(callee, way)
                elif callee not in seen and library(callee):
                    seen.add(callee)
                    todo.append((callee, (*way, callee)))
        return found

    own, left, scanned = [], [], 0
    for function in sorted(functions, key=names.get):
        crate = owners[function]
        if crate is None or crate in LIBRARY or crate in args.skip:
            continue
        scanned += crate in args.own
        for panic, way in sorted(reached(function).items()):
            via = "".join(f" via {names[s]}" for s in way if s.startswith("_R"))
            (own if crate in args.own else left).append(f"{crate}: {names[function]}{via} -> {names[panic]}")
    for line in left:
        print(f"  left by {line}")
    for line in own:
        print(f"  PANIC {line}")
    if args.own:
        print(f"  {scanned} functions of ours: {len(own)} panic symbols; {len(left)} left by dependencies")
    else:
        print(f"  {len(left)} panic symbols left")
    if own:
        sys.exit(1)


main()
