#!/usr/bin/env python3
"""A serial line between two pseudo-terminals, as strict as a real one.

A pseudo-terminal passes octets whatever its two ends are set to. This program sits between two of them and reads how each port is
set: its speed, and whether it has 7 data bits and even parity (7E1) or 8 data bits and none (8N1). An octet goes onto the line as
the sender's port would put it there, with its parity bit, takes its time, and comes off it as the receiver's port would take it:
another speed garbles it, and 7E1 drops an octet of odd parity to zero. Whatever arrives garbled, and whatever is sent in another
way than the protocol demands at that moment, is a fault. At 300 baud the pace is that of a real line, since programs reckon with
it; at other speeds it can be a multiple.

Linux keeps the speed of a pseudo-terminal, but not CS7 and PARENB; INPCK it keeps. So a port counts as 7E1 when it checks
parity. A program that leaves the port at 8N1 and adds the parity bits itself sends the same bits, and is right too.

Prints `ready METER CLIENT`, the two devices. The log has a JSON document a line: `{"port": "meter", "set": "300 7E1"}`,
`{"from": "client", "as": "300 7E1", "octets": "2f3f210d0a"}`, `{"fault": "..."}`.
"""
from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pty
import select
import struct
import termios
import time
import tty
from collections import deque
from dataclasses import dataclass, field

TCGETS2 = 0x802C542A  # Linux; `termios.tcgetattr` cannot tell a speed that was set as a number
POLL_SECONDS = 0.002  # also how late a change of settings may be seen
BATCH_SECONDS = 0.0005  # octets that arrive within it are passed on together
BITS = 10             # of an octet: start, 8, stop
QUIET_SECONDS = 0.05  # after which octets are a new line of the log
START_SPEED, SPEED = 300, 9600
ACKNOWLEDGE = 6       # octets of an acknowledgement, and of its confirmation
SPEEDS = {"0": 300, "1": 600, "2": 1200, "3": 2400, "4": 4800, "5": 9600, "6": 19200}


@dataclass(frozen=True)
class Settings:
    speed: int
    parity: bool   # 7E1, or else 8N1

    def __str__(self):
        return f"{self.speed} {'7E1' if self.parity else '8N1'}"


def settings(descriptor):
    attributes = fcntl.ioctl(descriptor, TCGETS2, bytes(44))
    input_flags, _, control_flags, _ = struct.unpack_from("4I", attributes)
    _, speed = struct.unpack_from("2I", attributes, 36)
    seven = control_flags & termios.CSIZE == termios.CS7 and control_flags & termios.PARENB
    return Settings(speed, bool(seven or input_flags & termios.INPCK))


def odd(octet):
    return octet.bit_count() & 1


@dataclass
class Port:
    """One end: what its program has sent, on its way to the other."""

    name: str
    master: int
    slave: int                                  # held open, or the line would hang up when a program closes its end
    set: Settings
    way: deque = field(default_factory=deque)   # (moment it arrives, octet on the line, sender's settings)
    changed: bool = False                       # by the last poll
    free: float = 0                             # when the line is free for the next octet


class Log:
    def __init__(self, path):
        self.file, self.sent, self.last = open(path, "a", encoding="ascii"), None, 0

    def write(self, **document):
        self.flush()
        self.line(document)

    def line(self, document):
        self.file.write(json.dumps(document) + "\n")
        self.file.flush()

    def octet(self, port, kind, octet):
        """Octets sent in one go, in the same way, are one line."""
        now = time.monotonic()
        if not self.sent or self.sent[:2] != (port, kind) or now - self.last > QUIET_SECONDS:
            self.flush()
            self.sent = port, kind, bytearray()
        self.sent[2].append(octet)
        self.last = now

    def flush(self):
        if self.sent:
            port, kind, octets = self.sent
            self.sent = None
            self.line({"from": port, "as": kind, "octets": octets.hex()})


class Rules:
    """What has to be sent how: 9600 8N1, or before that the opening of mode E."""

    def __init__(self, mode_e):
        self.mode_e = mode_e
        self.rest()

    def rest(self):
        self.opening, self.message, self.speed, self.confirmation = self.mode_e, bytearray(), SPEED, 0

    def wanted(self, port):
        """How the next octet from a port has to be sent."""
        confirms = port == "meter" and self.confirmation > 0
        return Settings(START_SPEED if self.opening else self.speed, self.opening or confirms)

    def judge(self, port, octet, sender):
        """(how an octet was put on the line, what is wrong with it)"""
        wanted = self.wanted(port)
        # 8N1 with the parity bit in the octet is the same on the line as 7E1.
        way = Settings(sender.speed, sender.parity or wanted.parity and not odd(octet))
        if port == "client":
            self.confirmation = 0
            if self.opening:
                self.read(octet & 0x7F)
        else:
            self.confirmation = max(self.confirmation - 1, 0)
        return way, None if way == wanted else f"{octet:#04x} of the {port} as {way}, not {wanted}"

    def read(self, octet):
        """The client's half of the opening: it ends with an acknowledgement, ACK 2 Z 2 CR LF."""
        self.message.append(octet)
        if octet != ord("\n"):
            return
        if self.message[:1] == b"\x06" and len(self.message) == ACKNOWLEDGE:
            self.opening, self.confirmation = False, ACKNOWLEDGE
            self.speed = SPEEDS.get(chr(self.message[2]), SPEED)
        self.message.clear()


class Line:
    def __init__(self, log, mode_e, pace):
        self.log, self.rules, self.pace = log, Rules(mode_e), pace
        self.ports = [self.port("meter"), self.port("client")]

    def port(self, name):
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        return Port(name, master, slave, settings(master))

    def run(self):
        while True:
            pending = min((port.way[0][0] for port in self.ports if port.way), default=None)
            wait = POLL_SECONDS if pending is None else min(max(pending - time.monotonic(), BATCH_SECONDS), POLL_SECONDS)
            select.select([port.master for port in self.ports], [], [], wait)
            for port in self.ports:
                self.take(port)
            for port, other in zip(self.ports, reversed(self.ports), strict=True):
                self.pass_on(port, other)
            if self.log.sent and time.monotonic() - self.log.last > QUIET_SECONDS:
                self.log.flush()

    def take(self, port):
        """What the program at a port has written, onto the line."""
        octets, before = b"", port.set
        with contextlib.suppress(BlockingIOError):
            octets = os.read(port.master, 4096)
        port.set = settings(port.master)
        if port.name == "client" and port.set.speed == START_SPEED != before.speed:
            self.rules.rest()  # a new opening
        # Whether a program that writes and changes its port between two polls has done so in the right order cannot be seen.
        changed, port.changed = port.changed or port.set != before, port.set != before
        now, sent = time.monotonic(), []
        for octet in octets:
            sender = self.rules.wanted(port.name) if changed else port.set
            if sender.parity:
                octet = octet & 0x7F | odd(octet & 0x7F) << 7
            way, wrong = self.rules.judge(port.name, octet, sender)
            self.log.octet(port.name, str(way), octet & 0x7F if way.parity else octet)
            if wrong:
                self.log.write(fault=wrong)
            pace = 1 if sender.speed == START_SPEED else self.pace
            port.free = max(port.free, now) + BITS / (sender.speed or SPEED) / pace
            sent.append((port.free, octet, sender))
        # A gap within a frame would be the machine's, not the line's: what is faster than real arrives in one piece.
        whole = self.pace != 1 and sent and sent[0][2].speed != START_SPEED
        port.way.extend((port.free, octet, sender) if whole else (when, octet, sender) for when, octet, sender in sent)
        if port.set != before:
            self.log.write(port=port.name, set=str(port.set))

    def pass_on(self, port, other):
        """What has arrived, to the program at the other end."""
        now, came = time.monotonic(), bytearray()
        if not port.way or port.way[0][0] > now:
            return
        there = settings(other.master)
        while port.way and port.way[0][0] <= now:
            _, octet, sender = port.way.popleft()
            garbled = octet ^ 0xFF if there.speed != sender.speed else 0 if there.parity and odd(octet) else None
            if garbled is None:
                came.append(octet & 0x7F if there.parity else octet)
            else:
                came.append(garbled)
                self.log.write(fault=f"{octet:#04x} of the {port.name} sent at {sender} arrives at {there}")
        os.set_blocking(other.master, True)
        os.write(other.master, came)
        os.set_blocking(other.master, False)


def main():
    top = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    top.add_argument("--log", required=True)
    top.add_argument("--mode-e", action="store_true", help="a connection begins with the opening of IEC 62056-21 mode E")
    top.add_argument("--pace", type=float, default=1, help="how many times faster than a real line, but for an opening")
    args = top.parse_args()
    line = Line(Log(args.log), args.mode_e, args.pace)
    print("ready", *(os.ttyname(port.slave) for port in line.ports), flush=True)
    line.run()


if __name__ == "__main__":
    main()
