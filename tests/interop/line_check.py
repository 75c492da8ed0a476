#!/usr/bin/env python3
"""Checks the simulated line itself: that it lets pass what is right, and finds what is wrong.

Without this a line that finds nothing would look like clients and meters that do everything right.
"""
from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from mode_e import octet, set_line
from processes import HERE, Processes
from transports import SerialLine, first_line

SIGN_ON = b"/?!\r\n"
PARITY = bytes(one | (one.bit_count() & 1) << 7 for one in SIGN_ON)
FRAME = bytes.fromhex("7ea00703419350b07e")
SLOW_7E1, SLOW_8N1, FAST_8N1 = (300, True), (300, False), (9600, False)
CASES = (  # name, mode E, sender, receiver, sent, received, fault
    ("7E1 at both ends", True, SLOW_7E1, SLOW_7E1, SIGN_ON, SIGN_ON, ""),
    ("8N1 at both ends, parity in the octets", True, SLOW_8N1, SLOW_8N1, PARITY, PARITY, ""),
    ("8N1 where 7E1 is demanded", True, SLOW_8N1, SLOW_8N1, SIGN_ON, SIGN_ON, "0x2f of the client as 300 8N1, not 300 7E1"),
    ("7E1 hears octets of odd parity", True, SLOW_8N1, SLOW_7E1, SIGN_ON, None, "arrives at 300 7E1"),
    ("another speed", True, SLOW_7E1, FAST_8N1, SIGN_ON, None, "sent at 300 7E1 arrives at 9600 8N1"),
    ("HDLC without an opening", True, FAST_8N1, FAST_8N1, FRAME, FRAME, "as 9600 8N1, not 300 7E1"),
    ("8N1 for HDLC", False, FAST_8N1, FAST_8N1, FRAME, FRAME, ""),
    ("7E1 for HDLC", False, (9600, True), FAST_8N1, FRAME, None, "as 9600 7E1, not 9600 8N1"),
)


def received(port, size):
    octets, deadline = b"", time.monotonic() + 3
    while len(octets) < size:
        one = octet(port, deadline)
        if not one:
            break
        octets += one
    return octets


def run(case, scratch, processes):
    """What is wrong with a case."""
    name, mode_e, sender, receiver, sent, wanted, fault = case
    log, out = scratch / f"{name}.log", scratch / f"{name}.out"
    command = [HERE / "optical_head.py", "--log", log, *(["--mode-e"] if mode_e else [])]
    with processes.start(command, scratch, out, scratch / f"{name}.err") as process:
        line = SerialLine(False, *first_line(process, out, "ready ").split(), log)
        meter, client = (os.open(path, os.O_RDWR | os.O_NOCTTY) for path in (line.meter, line.client))
        set_line(meter, *receiver)
        set_line(client, *sender)
        for port in ("meter", "client"):  # what happens at once has no order
            while port not in line.settings:
                line.listen()
        time.sleep(0.02)
        os.write(client, sent)
        came = received(meter, len(sent))
        faults = line.settle()
        os.close(meter)
        os.close(client)
    if (came == sent) if wanted is None else (came != wanted):
        return [f"{name}: {came.hex()} arrived"]
    found = any(fault in one for one in faults) if fault else not faults
    return [] if found else [f"{name}: faults {faults}"]


def main():
    processes = Processes(60)
    with tempfile.TemporaryDirectory() as scratch:
        wrong = [text for case in CASES for text in run(case, Path(scratch), processes)]
    processes.end()
    print(*wrong, f"the line: {len(CASES)} cases, {len(wrong)} wrong", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
