#!/usr/bin/env python3
"""Run the interoperability matrix and write, or check, docs/interop.md.

Prints a line for every check that fails (with --all, for every check). Exit status 0 if all hold and the page is up to date.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import difflib
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from matrix import ASSOCIATIONS, COLUMNS, CONTROLS, OPERATIONS, PAIRINGS, TABLES, limit
from processes import HERE, Processes, Refused
from programs import Mismatch
from report import DENIED, FAIL, KNOWN, PASS, REFUSED, Outcome, Report
from transports import TRANSPORTS

WAITING = 2  # times as many meters at a time where the time goes by at 300 baud
PAGE = HERE.parents[1] / "docs" / "interop.md"


def attempt(run, client, refusals, beyond):
    """One check, judged."""
    try:
        run(client)
    except (Refused, Mismatch, LookupError, TypeError, ValueError) as error:
        what = str(error) if isinstance(error, (Refused, Mismatch)) else f"unexpected document: {error!r}"
        if beyond:
            good = Outcome(KNOWN, beyond.reason) if re.search(beyond.error, what) else None
        elif isinstance(error, Refused) and error.status == 1 and client.reason(error) in refusals:
            good = Outcome(REFUSED, client.reason(error))
        else:
            good = None
        return good or Outcome(FAIL, what, client.command, client.meter.last_words())
    if beyond:
        return Outcome(FAIL, f"works, though {beyond.reason}", client.command)
    if refusals:
        return Outcome(FAIL, "was not refused", client.command)
    return Outcome(PASS)


def checks(transport, pairing):
    """What a meter is started with, and the checks it is for: {(table, row): (association, run, what it may be refused as)}"""
    for association in ASSOCIATIONS:
        yield (), {(str(association), key): (
            association, pairing.does.OPERATIONS[key],
            ("read-write-denied",) if association.auth == "none" and key in pairing.denied else ())
            for key in COLUMNS[transport.name]}
    for table in TABLES[transport.name]:
        rows = [row for row in table.rows if not row.only or pairing.key in row.only]
        for options in dict.fromkeys(row.meter for row in rows):
            yield options, {
                (table.key, row.key): (row.association, lambda client, row=row: row.run(pairing.does, client), row.refusals)
                for row in rows if row.meter == options}


def run_group(args, transport, pairing, options, group, processes):
    """One meter and the checks it is for: {key: outcome}"""
    outcomes, tried = {}, {}
    for where, (association, run, refusals) in group.items():
        beyond = limit(pairing, association, where[1])
        if beyond and not beyond.error:
            outcomes[where] = Outcome(KNOWN, beyond.reason)
        else:
            tried[where] = association, run, refusals, beyond
    if tried:
        name = f"{pairing.key}-{next(iter(tried))[0].replace(' ', '-')}-"
        scratch = Path(tempfile.mkdtemp(prefix=name, dir=args.scratch))
        try:
            with pairing.meter(args.dlms, transport, scratch, processes, **dict(options)) as meter:
                clients = {}
                for where, (association, run, refusals, beyond) in tried.items():
                    client = clients.setdefault(association, pairing.client(args.dlms, meter, association))
                    outcome = attempt(run, client, refusals, beyond)
                    if outcome.verdict == REFUSED and where[1] in OPERATIONS:
                        outcome = Outcome(DENIED)
                    if meter.process.poll() is not None:
                        outcome = Outcome(FAIL, f"the meter ended with status {meter.process.returncode}",
                                          client.command, meter.last_words())
                    outcomes[where] = outcome
        except Refused as error:  # the meter did not start
            outcomes |= {where: Outcome(FAIL, str(error)) for where in tried if where not in outcomes}
    return {(transport.name, pairing.key, *where): outcomes[where] for where in group}


def show(key, outcome, everything):
    if outcome.verdict != FAIL and not everything:
        return
    print(f"{outcome.verdict:8} {' / '.join(key)}  {outcome.text}".rstrip())
    if outcome.verdict == FAIL:
        for name, text in (("last call", outcome.command), ("meter", outcome.error)):
            if text:
                print("         " + f"{name}: {text}".replace("\n", "\n         "))
    sys.stdout.flush()


def selected(args, pairings, processes):
    for transport in TRANSPORTS:
        for pairing in pairings:
            for options, group in checks(transport, pairing):
                wanted = {where: check for where, check in group.items()
                          if args.only in " / ".join((transport.name, pairing.key, *where))}
                if wanted:
                    yield args, transport, pairing, options, wanted, processes


def check_page(text):
    committed = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if committed == text:
        return True
    print("docs/interop.md is not what was measured (.ci/interop --write writes it):")
    sys.stdout.writelines(difflib.unified_diff(
        committed.splitlines(True), text.splitlines(True), "committed", "measured", n=0))
    return False


def main():
    top = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    what = top.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="write docs/interop.md instead of checking it")
    top.add_argument("--only", default="", metavar="TEXT",
                     help="only checks whose line has this text; leaves the page alone")
    what.add_argument("--peers", action="store_true", help="the peers among themselves, without `dlms`")
    top.add_argument("--dlms", type=Path, help="the built command; needed but for --peers")
    top.add_argument("--pushes", type=Path, help="what pushes.py wrote, for the page")
    top.add_argument("--all", action="store_true", help="print every check")
    top.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4), help="meters at a time")
    top.add_argument("--seconds", type=int, default=1800, help="for the whole run")
    top.add_argument("--scratch", type=Path, help="keep traces and what the meters say here")
    args = top.parse_args()
    if args.write and args.only:
        top.error("--write takes a whole run")
    if not args.peers:
        if not args.dlms or not args.dlms.is_file():
            top.error("--dlms is not a file")
        args.dlms = args.dlms.resolve()

    processes, begun = Processes(args.seconds), time.monotonic()

    def stop(*_):
        processes.end()
        os._exit(130)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    pools = concurrent.futures.ThreadPoolExecutor
    with tempfile.TemporaryDirectory() as scratch, pools(args.jobs) as busy, pools(WAITING * args.jobs) as waiting:
        if args.scratch:
            args.scratch.mkdir(parents=True, exist_ok=True)
        args.scratch = (args.scratch or Path(scratch)).resolve()
        outcomes = {}
        runs = [(waiting if group[1].slow else busy).submit(run_group, *group)
                for group in selected(args, CONTROLS if args.peers else PAIRINGS, processes)]
        for found in (run.result() for run in runs):
            for key, outcome in found.items():
                show(key, outcome, args.all)
            outcomes |= found
    processes.end()
    totals = Counter(outcome.verdict for outcome in outcomes.values())
    print(f"{len(outcomes)} checks in {time.monotonic() - begun:.0f} s:",
          ", ".join(f"{number} {name}" for name, number in sorted(totals.items())))
    good = bool(outcomes) and not totals[FAIL]
    if not (args.only or args.peers):
        pushes = json.loads(args.pushes.read_text(encoding="utf-8")) if args.pushes else ()
        text = Report(outcomes, pushes).markdown()
        if args.write:
            PAGE.write_text(text, encoding="utf-8")
        else:
            good = check_page(text) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
