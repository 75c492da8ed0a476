"""The programs of the matrix: meters to connect to, clients to call, and what went over the wire between them.

A client is called like a function, `client("read", ...)`: one call is one process that connects, associates, does one thing
and releases. It returns the JSON document the process prints, or raises `Refused`.
"""
from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import signing_keys
from gurux_support import unprotect
from processes import HERE, Processes, Refused
from transports import Link, Wire, first_line

# What both meters hold, and every client is given.
ENCRYPTION_KEY = bytes(range(16)).hex()
AUTHENTICATION_KEY = bytes(range(0xD0, 0xE0)).hex()
KEYS = (ENCRYPTION_KEY, AUTHENTICATION_KEY)
KEK = "31" * 16
CLIENT_TITLE = b"CLIENT01".hex()
PASSWORD = "00000000"
# Clients of mechanisms that hash a secret, and the secret.
HASHED = {"gurux-meter": {"hls-md5": 3, "hls-sha1": 4, "hls-sha256": 6},
          "dlms-meter": {"hls-md5": 5, "hls-sha1": 5, "hls-sha256": 5}}
SIGNING = {"gurux-meter": 7, "dlms-meter": 5}
SECRETS = {"gurux-meter": "0123456789abcdef", "dlms-meter": PASSWORD}
PUBLIC_COUNTER = "0.0.43.1.0.255"
MAX_PDU = 1024
MAX_INFO = 2030   # octets of an HDLC information field, where the client proposes as many


def suite_keys(meter, suite):
    """Encryption and authentication key. In suite 2 our meter has the octets of the short ones twice."""
    if suite < 2:
        return KEYS
    if meter == "dlms-meter":
        return (ENCRYPTION_KEY * 2, AUTHENTICATION_KEY * 2)
    return (bytes(range(32)).hex(), bytes(range(0xD0, 0xF0)).hex())


class Mismatch(Exception):
    """A client succeeded, but not with what the meter holds."""


def refused(call):
    """What must not succeed."""
    with contextlib.suppress(Refused):
        call()
        raise Mismatch("what should be refused succeeded")


def expect(condition, what):
    if not condition:
        raise Mismatch(what)


# --- APDUs on the wire ---------------------------------------------------------------------------


# The second of each: Read and Write, by short names.
SERVICES = {*range(0xC0, 0xC8), 0xD9, 0xDA} | {0x05, 0x06, 0x0C, 0x0D}
GLOBAL = {*range(0xC8, 0xD0)} | {0x25, 0x26, 0x2C, 0x2D}
DEDICATED = {*range(0xD0, 0xD8)} | {0x45, 0x46, 0x4C, 0x4D}
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


def plain_requests(apdus, keys=KEYS):
    """The services a client asked for, deciphered with the global key."""
    encryption_key, authentication_key = map(bytes.fromhex, keys)
    for request, apdu in apdus:
        if request and (apdu[0] in GLOBAL or apdu[0] == GENERAL_GLOBAL):
            yield unprotect(ciphered_content(apdu), bytes.fromhex(CLIENT_TITLE), encryption_key,
                            authentication_key)[2]
        elif request and apdu[0] in SERVICES:
            yield apdu


# --- meters ------------------------------------------------------------------------------------


@dataclass
class Meter:
    """A running meter."""

    name: str
    line: object                 # to it, of the transport
    transport: object
    scratch: Path
    processes: Processes
    process: object
    rows: int                    # of the load profile
    window: int                  # frames it takes at a time, and sends
    wire: Wire | None            # where the meter keeps a trace
    client_wire: Wire            # where its clients keep theirs
    counter: int = 1             # the next invocation counter a client may use

    def next_counter(self):
        self.counter += 100_000
        return self.counter - 100_000

    def last_words(self):
        return (self.scratch / f"{self.name}.err").read_text(errors="replace").strip()[-600:]


@contextlib.contextmanager
def running(name, command, line, transport, scratch, processes, rows, window, wire=None):
    out, err = scratch / f"{name}.out", scratch / f"{name}.err"
    with processes.start(command, scratch, out, err) as process:
        where = first_line(process, out, "ready ")
        if where is None:
            raise Refused("start", f"{name} did not say that it is ready: {err.read_text(errors='replace')[-600:]}")
        line.ready(where)
        yield Meter(name, line, transport, scratch, processes, process, rows, window, wire,
                    Wire(scratch / "client.trace", "TX", transport))


@contextlib.contextmanager
def gurux_meter(_binary, transport, scratch, processes, pdu_size=MAX_PDU, extra=(), signing=0):
    if signing:
        signing_keys.write(scratch, signing)
        extra = (*extra, "--suite", signing)
    wire = Wire(scratch / "meter.trace", "RX", transport)
    with transport.line(processes, scratch) as line:
        command = [HERE / "gurux_server.py", *line.peer_meter(), "--max-info", MAX_INFO, "--pdu-size", pdu_size,
                   "--trace", wire.path, *extra]
        with running("gurux-meter", command, line, transport, scratch, processes, 1500, 1, wire) as meter:
            yield meter


@contextlib.contextmanager
def dlms_meter(binary, transport, scratch, processes, pdu_size=MAX_PDU, extra=(), signing=0):
    if signing:
        signing_keys.write(scratch, signing)
        extra = (*extra, "--suite", signing, "--signing-key", scratch / "server.pem",
                 "--certificates", scratch / "client.crt", "--trust", scratch / "client.crt")
    with transport.line(processes, scratch) as line:
        command = [binary, "meter", *line.dlms_meter(), "--pdu-size", pdu_size, *extra]
        with running("dlms-meter", command, line, transport, scratch, processes, 2880, 7) as meter:
            yield meter


# --- clients -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Association:
    auth: str
    security: str
    sap: int = 0

    def client(self, meter):
        """The client address under which this meter offers it."""
        return self.sap or {"none": 16, "lls": 32, "hls-gmac": 5, "hls-ecdsa": SIGNING[meter.name],
                            **HASHED[meter.name]}[self.auth]

    def password(self, meter):
        """The password, or the secret that is hashed."""
        if self.auth in HASHED[meter.name]:
            return SECRETS[meter.name]
        return PASSWORD if self.auth == "lls" else None

    @property
    def has_keys(self):
        return self.security != "none" or self.auth in ("hls-gmac", "hls-sha256", "hls-ecdsa")

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
    always: tuple = ()                          # options of every call
    keys: tuple = KEYS                          # encryption, authentication

    def __call__(self, *what, **changed):
        command = self.command_line(*what, **changed)
        self.command = " ".join(part if len(part) < 100 else part[:90] + "…" for part in map(str, command))
        try:
            out, err, status = self.meter.processes.call(command, self.meter.scratch)
        finally:
            self.apdus, faults = self.wire().apdus(), self.meter.line.settle()
        expect(not faults, f"on the line: {'; '.join(faults[:3])}")
        return self.document(out, err, status)

    @property
    def link(self):
        """The data link of the last call."""
        return Link.of(self.wire().frames)

    @contextlib.contextmanager
    def by_short_names(self):
        self.always = ("--referencing", "sn")
        try:
            yield
        finally:
            self.always = ()

    @contextlib.contextmanager
    def in_suite(self, suite):
        """With the suite, and keys as long as it wants them."""
        self.always, self.keys = ("--suite", suite), suite_keys(self.meter.name, suite)
        try:
            yield
        finally:
            self.always, self.keys = (), KEYS

    def remember(self, key, fetch):
        if key not in self.memory:
            self.memory[key] = fetch()
        return self.memory[key]

    def asked(self, prefix):
        """Whether a request of the last call began so, under whatever protection."""
        return any(apdu.startswith(bytes.fromhex(prefix)) for apdu in plain_requests(self.apdus, self.keys))

    def answers(self):
        return sum(not request for request, _ in self.apdus)


class Dlms(Client):
    """The command `dlms` of this workspace."""

    def wire(self):
        return self.meter.wire

    def command_line(self, *what, password=None, ek=None, ak=None, counter=("--counter", "counter"),
             extra=()):
        association = self.association
        line = [self.binary, *what, "--json", *self.meter.line.dlms(),
                "--client", association.client(self.meter), "--server", 1, "--auth", association.auth,
                "--security", association.security, "--timeout", 10]
        if password or association.password(self.meter):
            line += ["--password", password or association.password(self.meter)]
        if association.has_keys:
            line += ["--ek", ek or self.keys[0], "--ak", ak or self.keys[1], "--system-title", CLIENT_TITLE, *counter]
        if association.auth == "hls-ecdsa":
            line += ["--signing-key", self.meter.scratch / "client.pem", "--server-cert", self.meter.scratch / "server.crt"]
        return [*line, *self.always, *extra]

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

    def command_line(self, *what, password=None, ek=None, ak=None, counter=None, extra=()):
        association = self.association
        line = [HERE / self.script, *self.meter.line.peer(), "--client", association.client(self.meter), "--auth", association.auth,
                "--security", self.security[association.security], "--timeout", 10, "--trace", self.wire().path,
                *(counter or ("--ic", self.meter.next_counter()))]
        if password or association.password(self.meter):
            line += ["--password", password or association.password(self.meter)]
        if association.has_keys:
            line += ["--ek", ek or self.keys[0], "--ak", ak or self.keys[1], "--system-title", CLIENT_TITLE]
        return [*line, *self.always, *extra, *what]

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


# --- what a client's last call looked like below the APDUs -------------------------------------------


def expect_link(client, octets, window, answers):
    """The data link agreed to these parameters, and used them for the requests or for the answers."""
    link, window = client.link, min(window, client.meter.window)
    agreed = {5: octets, 6: octets, 7: window, 8: window}
    expect(link.agreed == agreed, f"the UA says {link.agreed} to {link.proposed}")
    longest, burst = link.longest[answers], link.burst[answers]
    expect(octets - 3 <= longest <= octets, f"information fields of {longest} octets")  # Gurux keeps 3 for an LLC header
    expect(1 < burst <= window or window == 1 == burst, f"{burst} frames in a row")


def expect_opening(client, confirmation):
    """Each message of the opening of mode E as its port sent it."""
    sent = [(event["from"], event["as"], bytes.fromhex(event["octets"])) for event in client.meter.line.events
            if "octets" in event]
    slow, fast, acknowledge = "300 7E1", "9600 7E1", b"\x06252\r\n"
    expect(sent[0] == ("client", slow, b"/?!\r\n"), f"first {sent[0]}")
    expect(sent[1][:2] == ("meter", slow) and sent[1][2][:1] == b"/" and sent[1][2][4:5] == b"5", f"then {sent[1]}")
    expect(sent[2] == ("client", slow, acknowledge), f"then {sent[2]}")
    rest = sent[3:]
    if confirmation != "none":
        expect(rest[0][:2] == ("meter", fast), f"then {rest[0]}")
        expect(confirmation != "whole" or rest[0][2] == acknowledge, f"then {rest[0]}")
        rest = rest[1:]
    expect(rest and {way for _, way, _ in rest} == {"9600 8N1"}, f"then {sorted({way for _, way, _ in rest})}")
