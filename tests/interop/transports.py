"""How a client and a meter are connected: the columns of the page, and what went over the wire of each."""
from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from gurux_support import hdlc_frame, wrapper_frame
from processes import HERE, Refused

START_SECONDS = 20
PACE = 64              # of a simulated serial line, times a real one's
SETTLED_SECONDS = 2    # for a meter to be ready for the next opening


def first_line(process, out, begin):
    """The first whole line of a program's output that begins so, without that."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        for line in out.read_text(errors="replace").splitlines(keepends=True):
            if line.startswith(begin) and line.endswith("\n"):
                return line[len(begin):].strip()
        if process.poll() is not None:
            break
        time.sleep(0.01)
    return None


# --- APDUs off the wire --------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """An HDLC frame, as far as it is looked at here."""

    request: bool
    control: int
    segmented: bool
    address: int     # octets of the server's
    content: bytes   # the information field

    @property
    def information(self):
        return not self.control & 1

    @property
    def poll(self):
        return bool(self.control & 0x10)


def address_size(octets):
    return next(at for at, octet in enumerate(octets, 1) if octet & 1)


def hdlc_parts(request, octets):
    body = octets[3:-3]
    first = address_size(body)
    second = address_size(body[first:])
    control = body[first + second]
    return Frame(request, control, bool(octets[1] & 8), first if request else second, bytes(body[first + second + 3:]))


class WrapperUnits:
    """APDUs out of the octets of both directions."""

    def __init__(self):
        self.buffers = {True: bytearray(), False: bytearray()}

    def feed(self, request, octets):
        self.buffers[request] += octets
        while (unit := wrapper_frame(self.buffers[request])) is not None:
            yield unit[8:]


class HdlcUnits:
    """The same out of HDLC; segments are joined, what is repeated counts once."""

    def __init__(self):
        self.buffers, self.parts = {True: bytearray(), False: bytearray()}, {True: b"", False: b""}
        self.last, self.frames = {True: None, False: None}, []

    def feed(self, request, octets):
        self.buffers[request] += octets
        while (unit := hdlc_frame(self.buffers[request])) is not None:
            frame = hdlc_parts(request, unit)
            self.frames.append(frame)
            if not frame.information:
                if frame.control & 0xEF in (0x83, 0x63):  # SNRM, UA
                    self.last[request] = None
                continue
            number = frame.control >> 1 & 7
            if number == self.last[request]:
                continue
            self.last[request] = number
            self.parts[request] += frame.content
            if not frame.segmented:
                apdu, self.parts[request] = self.parts[request][3:], b""
                yield apdu


@dataclass(frozen=True)
class Link:
    """What the frames of a connection say about its data link; pairs are (of the client, of the meter)."""

    proposed: dict      # parameters of the SNRM, by identifier
    agreed: dict        # of the UA
    longest: tuple      # information fields, in octets
    burst: tuple        # information frames in a row
    addresses: set      # octets of the server's address

    @staticmethod
    def of(frames):
        longest, burst, run = [0, 0], [0, 0], 0
        for frame, before in zip(frames, [None, *frames]):
            side = not frame.request
            if frame.information:
                run = run + 1 if before and before.information and before.request == frame.request else 1
                longest[side], burst[side] = max(longest[side], len(frame.content)), max(burst[side], run)
        found = {control: parameters(next((frame.content for frame in frames if frame.control & 0xEF == control), b""))
                 for control in (0x83, 0x63)}
        return Link(found[0x83], found[0x63], tuple(longest), tuple(burst), {frame.address for frame in frames})


def parameters(content):
    """The parameters of SNRM and UA, those left out by default."""
    found, at = {5: 128, 6: 128, 7: 1, 8: 1}, 3
    while content[:2] == b"\x81\x80" and at + 1 < len(content):
        size = content[at + 1]
        found[content[at]] = int.from_bytes(content[at + 2:at + 2 + size], "big")
        at += 2 + size
    return found


class Wire:
    """A peer's `--trace` file, as APDUs."""

    def __init__(self, path, request, transport):
        self.path, self.request, self.transport = path, request, transport
        self.seen, self.frames = 0, []
        path.touch()

    def apdus(self):
        """What has been added since the last call: [(is a request, octets)]"""
        lines = self.path.read_text(encoding="ascii")[self.seen:].splitlines(keepends=True)
        lines = [line for line in lines if line.endswith("\n")]
        self.seen += sum(map(len, lines))
        units, found = self.transport.units(), []
        for line in lines:
            direction, octets = line.split()
            request = direction == self.request
            found += ((request, apdu) for apdu in units.feed(request, bytes.fromhex(octets)))
        self.frames = getattr(units, "frames", [])
        return found


# --- TCP -----------------------------------------------------------------------------------------


@dataclass
class TcpLine:
    """A port of the meter, as options of each program."""

    transport: TcpTransport
    port: str = ""

    def dlms_meter(self):
        return [self.transport.flag, "127.0.0.1:0"]

    def peer_meter(self):
        return ["--port", 0, *self.transport.peer]

    def ready(self, where):
        self.port = where.rpartition(":")[2]

    def dlms(self):
        return [self.transport.flag, f"127.0.0.1:{self.port}"]

    def peer(self):
        return ["--port", self.port, *self.transport.peer]

    def settle(self):
        """What was wrong with the line since the last call; a socket has nothing to tell."""
        return []


@dataclass(frozen=True)
class TcpTransport:
    slow: ClassVar = False

    name: str
    title: str
    flag: str       # of `dlms` and of `dlms meter`, before an address
    peer: tuple     # options of the peers
    units: type
    text: str = ""  # for the page

    @contextlib.contextmanager
    def line(self, _processes, _scratch):
        yield TcpLine(self)

    @property
    def hdlc(self):
        return self.units is HdlcUnits


# --- a serial line -------------------------------------------------------------------------------


@dataclass
class SerialLine:
    """The two ends of a simulated line, and its log."""

    mode_e: bool
    meter: str
    client: str
    log: Path
    seen: int = 0
    settings: dict = field(default_factory=dict)   # of the ports, as last heard
    events: list = field(default_factory=list)     # of the last call

    def port(self, path):
        return ["--serial", path, "--mode-e"] if self.mode_e else ["--serial", f"{path}:9600,8N1"]

    def peer_port(self, path):
        return ["--serial", path, *(["--mode-e"] if self.mode_e else [])]

    def dlms_meter(self):
        return self.port(self.meter)

    def peer_meter(self):
        return self.peer_port(self.meter)

    def ready(self, _where):
        pass

    def dlms(self):
        return self.port(self.client)

    def peer(self):
        return self.peer_port(self.client)

    def settle(self):
        """The faults of the line since the last call, when the meter waits for the next one."""
        limit, self.events = time.monotonic() + SETTLED_SECONDS, []
        while True:
            self.listen()
            if not self.mode_e or self.settings.get("meter") == "300 7E1" or time.monotonic() > limit:
                return [event["fault"] for event in self.events if "fault" in event]
            time.sleep(0.005)

    def listen(self):
        with self.log.open(encoding="ascii") as file:
            file.seek(self.seen)
            for line in file.read().splitlines(keepends=True):
                if not line.endswith("\n"):
                    break
                self.seen += len(line)
                event = json.loads(line)
                self.events.append(event)
                if "set" in event:
                    self.settings[event["port"]] = event["set"]


@dataclass(frozen=True)
class SerialTransport:
    name: str
    title: str
    mode_e: bool
    text: str
    units: type = HdlcUnits
    hdlc: bool = True

    @property
    def slow(self):
        return self.mode_e

    @contextlib.contextmanager
    def line(self, processes, scratch):
        log, out = scratch / "line.log", scratch / "line.out"
        log.touch()
        command = [HERE / "optical_head.py", "--log", log, "--pace", PACE, *(["--mode-e"] if self.mode_e else [])]
        with processes.start(command, scratch, out, scratch / "line.err") as process:
            ends = first_line(process, out, "ready ")
            if ends is None:
                raise Refused("start", f"no line: {(scratch / 'line.err').read_text(errors='replace')[-600:]}")
            yield SerialLine(self.mode_e, *ends.split(), log)


WRAPPER = TcpTransport("wrapper", "TCP, wrapper", "--tcp", ("--transport", "wrapper"), WrapperUnits)
HDLC = TcpTransport("hdlc", "HDLC on TCP", "--hdlc-tcp", ("--transport", "hdlc"), HdlcUnits)
SERIAL = SerialTransport(
    "serial", "HDLC on a serial line", False,
    "Two pseudo-terminals and between them a line that garbles what is not sent as it is received, at 9600 baud 8N1 "
    "(`tests/interop/optical_head.py`); a check fails where one octet is.")
MODE_E = SerialTransport(
    "mode-e", "HDLC after a mode E opening", True,
    "The same line, from 300 baud 7E1 on; the peers' half of the opening is `tests/interop/mode_e.py`. Each command of a "
    "client opens anew.")
TRANSPORTS = (WRAPPER, HDLC, SERIAL, MODE_E)
