"""The programs of the matrix: meters to connect to, clients to call, and what went over the wire between them.

A client is called like a function, `client("read", ...)`: one call is one process that connects, associates, does one thing
and releases. It returns the JSON document the process prints, or raises `Refused`.
"""
from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from gurux_support import unprotect

HERE = Path(__file__).resolve().parent
CALL_SECONDS = 60
START_SECONDS = 20

# What both meters hold, and every client is given.
ENCRYPTION_KEY = bytes(range(16)).hex()
AUTHENTICATION_KEY = bytes(range(0xD0, 0xE0)).hex()
CLIENT_TITLE = b"CLIENT01".hex()
PASSWORD = "00000000"
PUBLIC_COUNTER = "0.0.43.1.0.255"
MAX_PDU = 1024


class Mismatch(Exception):
    """A client succeeded, but not with what the meter holds."""


class Refused(Exception):
    """A client ended with an error."""

    def __init__(self, kind, message, status=1, document=None):
        super().__init__(f"{kind}: {message}")
        self.kind, self.status, self.document = kind, status, document or {}


def expect(condition, what):
    if not condition:
        raise Mismatch(what)


# --- processes ---------------------------------------------------------------------------------


class Processes:
    """Every process this run has started and not yet ended, and the time the run may take."""

    def __init__(self, seconds):
        self.deadline, self.live, self.lock = time.monotonic() + seconds, set(), threading.Lock()

    @contextlib.contextmanager
    def start(self, command, **options):
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, **options) as process:
            with self.lock:
                self.live.add(process)
            try:
                yield process
            finally:
                process.kill()
                with self.lock:
                    self.live.discard(process)

    def end(self):
        with self.lock:
            for process in self.live:
                process.kill()

    def call(self, command, cwd):
        """(exit status, stdout, stderr)"""
        seconds = min(CALL_SECONDS, self.deadline - time.monotonic())
        if seconds <= 0:
            raise Refused("timeout", "the run has used its time")
        with self.start(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                return *process.communicate(timeout=seconds), process.returncode
            except subprocess.TimeoutExpired:
                raise Refused("timeout", f"no end within {seconds:.0f} s") from None


# --- transports --------------------------------------------------------------------------------


def wrapper_apdu(buffer):
    """Takes one APDU off the buffer; None if there is not a whole one."""
    size = 8 + int.from_bytes(buffer[6:8], "big")
    if len(buffer) < max(size, 8):
        return None
    apdu = bytes(buffer[8:size])
    del buffer[:size]
    return apdu


@dataclass(frozen=True)
class Transport:
    """A column of the summary: how each program is told to use it, and how an APDU is taken off the wire."""

    name: str
    title: str
    dlms: str            # flag of `dlms` and of `dlms meter`, before an address
    peer: tuple          # options of the peers
    take_apdu: object


TRANSPORTS = (
    Transport("wrapper", "TCP, wrapper", "--tcp", ("--transport", "wrapper"), wrapper_apdu),
)


class Wire:
    """A peer's `--trace` file, as APDUs."""

    def __init__(self, path, request, transport):
        self.path, self.request, self.transport = path, request, transport
        self.seen = 0
        path.touch()

    def apdus(self):
        """What has been added since the last call: [(is a request, octets)]"""
        lines = self.path.read_text(encoding="ascii")[self.seen:].splitlines(keepends=True)
        lines = [line for line in lines if line.endswith("\n")]
        self.seen += sum(map(len, lines))
        found, buffers = [], {True: bytearray(), False: bytearray()}
        for line in lines:
            direction, octets = line.split()
            request = direction == self.request
            buffers[request] += bytes.fromhex(octets)
            while (apdu := self.transport.take_apdu(buffers[request])) is not None:
                found.append((request, apdu))
        return found


SERVICES = {*range(0xC0, 0xC8), 0xD9, 0xDA}
GLOBAL, DEDICATED = {*range(0xC8, 0xD0)}, {*range(0xD0, 0xD8)}
GENERAL_GLOBAL, GENERAL_DEDICATED, GENERAL_BLOCK = 0xDB, 0xDC, 0xE0


def ciphered_content(apdu):
    """Security control | invocation counter | content of a ciphered APDU."""
    at = 1
    for _ in range(1 + (apdu[0] in (GENERAL_GLOBAL, GENERAL_DEDICATED))):
        content_at = at + 1 + (apdu[at] & 0x7F if apdu[at] & 0x80 else 0)
        size = int.from_bytes(apdu[at + 1:content_at], "big") if apdu[at] & 0x80 else apdu[at]
        at = content_at + size
    return apdu[content_at:]


def protections(apdus):
    """The set of protections of the services on the wire, as names of `--security`."""
    names = {0x00: "none", 0x10: "auth", 0x20: "enc", 0x30: "auth-enc"}
    found = set()
    for _, apdu in apdus:
        if apdu[0] in SERVICES:
            found.add("none")
        elif apdu[0] in GLOBAL | DEDICATED or apdu[0] in (GENERAL_GLOBAL, GENERAL_DEDICATED):
            found.add(names[ciphered_content(apdu)[0] & 0x30])
    return found


def tags(apdus):
    return {apdu[0] for _, apdu in apdus}


def plain_requests(apdus):
    """The services a client asked for, deciphered with the global key."""
    for request, apdu in apdus:
        if request and (apdu[0] in GLOBAL or apdu[0] == GENERAL_GLOBAL):
            yield unprotect(ciphered_content(apdu), bytes.fromhex(CLIENT_TITLE), bytes.fromhex(ENCRYPTION_KEY),
                            bytes.fromhex(AUTHENTICATION_KEY))[2]
        elif request and apdu[0] in SERVICES:
            yield apdu


# --- meters ------------------------------------------------------------------------------------


@dataclass
class Meter:
    """A running meter."""

    name: str
    port: int
    transport: Transport
    scratch: Path
    processes: Processes
    process: subprocess.Popen
    rows: int                    # of the load profile
    wire: Wire | None            # where the meter keeps a trace
    client_wire: Wire            # where its clients keep theirs
    counter: int = 1             # the next invocation counter a client may use

    def next_counter(self):
        self.counter += 100_000
        return self.counter - 100_000

    def last_words(self):
        return (self.scratch / f"{self.name}.err").read_text(errors="replace").strip()[-600:]


def started(process, out):
    """The port of the line `ready [HOST:]PORT`."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        for line in out.read_text(errors="replace").splitlines(keepends=True):
            if line.startswith("ready ") and line.endswith("\n"):
                return int(line.split()[1].rpartition(":")[2])
        if process.poll() is not None:
            break
        time.sleep(0.02)
    return None


@contextlib.contextmanager
def meter(name, command, transport, scratch, processes, rows, wire=None):
    out, err = scratch / f"{name}.out", scratch / f"{name}.err"
    with out.open("w") as stdout, err.open("w") as stderr, \
            processes.start(command, cwd=scratch, stdout=stdout, stderr=stderr) as process:
        port = started(process, out)
        if port is None:
            raise Refused("start", f"{name} did not say that it is ready: {err.read_text(errors='replace')[-600:]}")
        yield Meter(name, port, transport, scratch, processes, process, rows, wire,
                    Wire(scratch / "client.trace", "TX", transport))


def gurux_meter(_binary, transport, scratch, processes):
    wire = Wire(scratch / "meter.trace", "RX", transport)
    return meter("gurux-meter", [sys.executable, HERE / "gurux_server.py", "--port", "0", *transport.peer,
                                 "--pdu-size", str(MAX_PDU), "--trace", wire.path],
                 transport, scratch, processes, 1500, wire)


def dlms_meter(binary, transport, scratch, processes):
    return meter("dlms-meter", [binary, "meter", transport.dlms, "127.0.0.1:0", "--pdu-size", str(MAX_PDU)],
                 transport, scratch, processes, 2880)


# --- clients -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Association:
    auth: str
    security: str
    sap: int = 0

    @property
    def client(self):
        return self.sap or {"none": 16, "lls": 32, "hls-gmac": 5}[self.auth]

    @property
    def password(self):
        return PASSWORD if self.auth == "lls" else None

    @property
    def has_keys(self):
        return self.security != "none" or self.auth == "hls-gmac"

    def __str__(self):
        return f"{self.auth} {self.security}"


@dataclass
class Client:
    binary: Path
    meter: Meter
    association: Association
    apdus: list = field(default_factory=list)   # of the last call
    memory: dict = field(default_factory=dict)  # what one operation leaves for the next
    command: str = ""                           # the last call, to show

    def __call__(self, *what, **changed):
        command = [str(part) for part in self.line(*what, **changed)]
        self.command = " ".join(part if len(part) < 100 else part[:90] + "…" for part in command)
        try:
            out, err, status = self.meter.processes.call(command, self.meter.scratch)
        finally:
            self.apdus = self.wire().apdus()
        return self.document(out, err, status)

    def remember(self, key, fetch):
        if key not in self.memory:
            self.memory[key] = fetch()
        return self.memory[key]

    def asked(self, prefix):
        """Whether a request of the last call began so, under whatever protection."""
        return any(apdu.startswith(bytes.fromhex(prefix)) for apdu in plain_requests(self.apdus))

    def answers(self):
        return sum(not request for request, _ in self.apdus)


class Dlms(Client):
    """The command `dlms` of this workspace."""

    def wire(self):
        return self.meter.wire

    def line(self, *what, password=None, ek=ENCRYPTION_KEY, ak=AUTHENTICATION_KEY, counter=("--counter", "counter"),
             extra=()):
        association = self.association
        line = [self.binary, *what, "--json", self.meter.transport.dlms, f"127.0.0.1:{self.meter.port}",
                "--client", association.client, "--server", 1, "--auth", association.auth,
                "--security", association.security, "--timeout", 10]
        if association.password:
            line += ["--password", password or association.password]
        if association.has_keys:
            line += ["--ek", ek, "--ak", ak, "--system-title", CLIENT_TITLE, *counter]
        return [*line, *extra]

    def document(self, out, err, status):
        if status == 0:
            try:
                return json.loads(out)
            except ValueError:
                raise Refused("crash", f"no JSON document: {out[:200]!r}", status) from None
        for text in (err, err.strip().rpartition("\n")[2]):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                error = json.loads(text)["error"]
                raise Refused(error["kind"], error["message"], status, error)
        raise Refused("crash", err.strip()[-300:], status)

    def reason(self, refusal):
        detail = refusal.document.get("detail") or {}
        return {"association-rejected": "rejected", "exception": "exception",
                "refused": detail.get("result", "refused"), "wrong-key": "wrong key"}.get(refusal.kind)


class Peer(Client):
    """A client of tests/interop."""

    script = ""
    security = {}   # of the association: option of the script

    def wire(self):
        return self.meter.client_wire

    def line(self, *what, password=None, ek=ENCRYPTION_KEY, ak=AUTHENTICATION_KEY, counter=None, extra=()):
        association = self.association
        line = [sys.executable, HERE / self.script, "--port", self.meter.port, *self.meter.transport.peer,
                "--client", association.client, "--auth", association.auth,
                "--security", self.security[association.security], "--timeout", 10, "--trace", self.wire().path,
                *(counter or ("--ic", self.meter.next_counter()))]
        if association.password:
            line += ["--password", password or association.password]
        if association.has_keys:
            line += ["--ek", ek, "--ak", ak, "--system-title", CLIENT_TITLE]
        return [*line, *extra, *what]

    def document(self, out, err, status):
        try:
            document = json.loads(out.strip().splitlines()[-1])
        except (IndexError, ValueError):
            raise Refused("crash", err.strip()[-300:], status) from None
        if status:
            raise Refused(document.get("error", "crash"), document.get("message", ""), status, document)
        return document


class Gurux(Peer):
    script = "gurux_client.py"
    security = {"none": "none", "auth": "auth", "enc": "enc", "auth-enc": "authenc"}

    def reason(self, refusal):
        if refusal.kind == "access-result":
            return {"undefined_object": "object-undefined"}.get(
                refusal.document["name"], refusal.document["name"].replace("_", "-"))
        return {"association-rejected": "rejected", "exception-response": "exception"}.get(refusal.kind)


class DlmsCosem(Peer):
    script = "dlms_cosem_client.py"
    security = {"none": "none", "auth-enc": "authenc"}

    def reason(self, refusal):
        text = str(refusal)
        return next((reason for part, reason in {
            "Unable to perform Association": "rejected", "HLSError": "rejected", "DLMS Exception": "exception",
            "Exception response": "exception", "READ_WRITE_DENIED": "read-write-denied",
            "access-result: 3": "read-write-denied", "OBJECT_UNDEFINED": "object-undefined"}.items() if part in text), None)
