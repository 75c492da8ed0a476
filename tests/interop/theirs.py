"""What the clients of other stacks do with the meter `dlms meter`, whose values are its own.

The commands are those of gurux_client.py; dlms_cosem_client.py has the same.
"""
from __future__ import annotations

import datetime
import zlib

from cryptography.hazmat.primitives.keywrap import aes_key_wrap

import moments
from programs import (
    DEDICATED,
    GENERAL_BLOCK,
    GENERAL_DEDICATED,
    GENERAL_GLOBAL,
    GLOBAL,
    KEK,
    MAX_PDU,
    PUBLIC_COUNTER,
    DlmsCosem,
    Gurux,
    expect,
    expect_link,
    expect_opening,
    protections,
    refused,
    tags,
)

LOAD_PROFILE = "1.0.99.1.0.255"
BREAKER = "0.0.96.3.10.255"
IMAGE_TRANSFER = "0.0.44.0.0.255"
WRITABLE = ("0.0.96.13.0.255", 1, 2)
NAME = ("0.0.42.0.0.255", 1, 2)
VOLTAGE = ("1.0.32.7.0.255", 3, 2)
ENERGY = ("1.0.1.8.0.255", 3, 2)
LONG = bytes(range(255, -1, -1)) * 12
HUGE = bytes(range(240)) * 250
ROWS = 1000
BASICS = {(8, "0.0.1.0.0.255"), (1, "0.0.42.0.0.255"), (1, PUBLIC_COUNTER)}
EVERYTHING = BASICS | {
    (1, "0.0.96.1.0.255"), (3, "1.0.1.8.0.255"), (3, "1.0.2.8.0.255"), (3, "1.0.32.7.0.255"), (4, "1.0.1.6.0.255"),
    (7, LOAD_PROFILE), (15, "0.0.40.0.0.255"), (17, "0.0.41.0.0.255"), (64, "0.0.43.0.0.255"), (70, BREAKER),
    (1, "0.0.96.13.0.255")}


def value(client, what, **changed):
    return client("read", *what, **changed)["value"]


def item(what):
    return ":".join(map(str, what))


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


# --- operations --------------------------------------------------------------------------------


def associate(client):
    document = client("associate")
    wanted = {"get", "selective_access", "block_transfer_with_get_or_read"}
    if client.association.auth != "none":
        wanted |= {"set", "action"}
    expect(wanted <= set(document["negotiated_conformance"]), f"conformance {document['negotiated_conformance']}")
    expect(document["server_max_pdu"] == MAX_PDU, f"{document}")
    if client.association.has_keys:
        expect(len(document["server_system_title"]) == 16, f"{document}")
    value(client, NAME)
    used = protections(client.apdus)
    expect(used == {client.association.security}, f"on the wire: {used}")


def objects(client):
    document = client("objects")
    found = {(one["class"], one["obis"]) for one in document["objects"]}
    wanted = BASICS if client.association.auth == "none" else EVERYTHING
    expect(wanted <= found, f"missing: {wanted - found}")


def registers(client):
    for what, code in ((ENERGY, 30), (VOLTAGE, 35), (("1.0.1.6.0.255", 4, 2), 27)):
        expect(is_number(value(client, what)), f"{what}")
        scaler, unit = value(client, (*what[:2], 3))
        expect(is_number(scaler) and unit == code, f"{what}: scaler {scaler}, unit {unit}")


def values(client):
    """Every attribute the association view names; what is refused is refused for want of rights."""
    document = client("read-all")
    expect(document["values"] > 2 * document["objects"], f"{document['values']} of {document['objects']} objects")
    expect(not document["model_errors"], f"not understood: {document['model_errors']}")
    others = [one for one in document["refused"] if "read_write_denied" not in one["message"].lower()]
    expect(not others, f"refused: {others}")


def clock(client):
    off = moments.ahead(value(client, ("0.0.1.0.0.255", 8, 2)))
    expect(abs(off) < moments.TOLERANCE, f"{off} s off")


def set_clock(client):
    for seconds in (100, 0):
        client("write", "0.0.1.0.0.255", 8, 2, "octets", moments.encoded(moments.now(seconds)))
        off = moments.ahead(value(client, ("0.0.1.0.0.255", 8, 2))) - seconds
        expect(abs(off) < moments.TOLERANCE, f"set {seconds} s ahead, now {off} s off that")


def rows(client, *selection, extra=()):
    return client("profile", LOAD_PROFILE, *selection, *(["--rows"] if isinstance(client, Gurux) else []), extra=extra)


def whole(client):
    return client.remember("whole", lambda: rows(client))


def profile(client):
    # Gurux takes 65535 octets unless told otherwise: two blocks would do.
    extra = ("--pdu-size", "1024") if isinstance(client, Gurux) else ()
    document = client.memory["whole"] = rows(client, extra=extra)
    expect(document["row_count"] == client.meter.rows, f"{document['row_count']} rows")
    least = 20 if extra else 0  # the other peer always takes 65535 octets
    expect(client.answers() > least, f"{client.answers()} answers are no blocks")
    expect("model_error" not in document, f"not understood: {document.get('model_error')}")
    for row in document.get("rows", []):
        expect(len(row) == len(document["columns"]), f"row {row}")
    times = [moments.decoded(row[0]) for row in document.get("rows", [document["first"], document["last"]])]
    expect(times == sorted(set(times)), "the rows are not in the order of their times")
    expect(times[-1] - times[0] == (len(times) - 1) * period(client) or "rows" not in document, "rows are missing")


def period(client):
    return datetime.timedelta(seconds=client.remember("period", lambda: value(client, (LOAD_PROFILE, 7, 4))))


def profile_range(client):
    """96 rows from the hundredth on, both ends included."""
    first = moments.decoded(whole(client)["first"][0])
    start = first + 100 * period(client)
    end = start + 95 * period(client)
    document = rows(client, "--range", start.isoformat(), end.isoformat())
    expect(document["row_count"] == 96, f"{document['row_count']} rows")
    expect(moments.decoded(document["first"][0]) == start, f"from {document['first']}")
    expect(moments.decoded(document["last"][0]) == end, f"to {document['last']}")


def profile_entries(client):
    document = rows(client, "--entry", 11, 20)
    expect(document["row_count"] == 10, f"{document['row_count']} rows")
    near = whole(client)["rows"][8:23]
    expect(any(near[at:at + 10] == document["rows"] for at in range(6)), f"other rows: {document['first']}")


def with_list(client):
    document = client("list-read", item(NAME), item(VOLTAGE))
    expect(client.asked("c003"), "no request with a list")
    name, voltage = document.get("values") or document["results"]
    expect(name == value(client, NAME) and is_number(voltage), f"{document}")


def breaker(client):
    for method, connected in ((1, False), (2, True)):
        client("action", BREAKER, 70, method)
        expect(value(client, (BREAKER, 70, 2)) is connected, f"method {method}: output state")
        expect(value(client, (BREAKER, 70, 3)) == int(connected), f"method {method}: control state")


def write(client, octets, request):
    client("write", *WRITABLE, "octets", octets.hex())
    expect(client.asked(request), "another form of SET")
    expect(value(client, WRITABLE) == octets.hex(), "another value comes back")


def set_(client):
    write(client, b"interop", "c101")


def set_blocks(client):
    write(client, LONG, "c102")


def release(client):
    extra = []
    if isinstance(client, Gurux):  # the other peer always does
        extra += ["--rlrq"] if client.meter.transport.hdlc else []
        extra += ["--protected-release"] if client.association.security != "none" else []
    document = client("associate", extra=extra)
    expect(document["released"], f"{document.get('release_error')}")
    expect([apdu[0] for _, apdu in client.apdus[-2:]] == [0x62, 0x63], "no release on the wire")


OPERATIONS = {
    "associate": associate, "objects": objects, "registers": registers, "values": values, "clock": clock,
    "profile": profile, "range": profile_range, "entry": profile_entries, "list": with_list, "breaker": breaker,
    "set": set_, "set-blocks": set_blocks, "set-clock": set_clock, "release": release,
}


# --- refusals: commands that must not succeed ------------------------------------------------------


def associate_only(client, **changed):
    client("associate", **changed)


def read_register(client, **changed):
    value(client, ENERGY, **changed)


def write_register(client):
    client("write", *ENERGY, "u32", 1)


def read_forbidden(client):
    client("read", "0.0.96.1.9.255", 1, 2)


def read_unknown(client):
    client("read", "0.0.96.1.77.255", 1, 2)


def replay(client):
    counter = ("--ic", client.meter.next_counter())
    read_register(client, counter=counter)
    read_register(client, counter=counter)


# --- further services -----------------------------------------------------------------------------


def policy_met(client):
    read_register(client)


def counter_from_meter(client):
    read_register(client)
    read_register(client, counter=("--invocation-counter", PUBLIC_COUNTER))


def ciphering(name, _request):
    wanted = {"glo": GLOBAL, "general-glo": {GENERAL_GLOBAL}, "ded": DEDICATED, "general-ded": {GENERAL_DEDICATED}}[name]

    def run(client):
        extra = ("--dedicated-key", "00112233445566778899aabbccddeeff") if "ded" in name else ()
        read_register(client, extra=(*extra, *(() if "general" in name else ("--drop", "general_protection"))))
        expect(wanted & tags(client.apdus), f"on the wire: {sorted(map(hex, tags(client.apdus)))}")
    return run


def general_blocks(client, window=6):
    # Gurux does not poll an HDLC line for the next block of a window.
    window = 1 if client.meter.transport.hdlc else window
    # Where both kinds of blocks are agreed to, the choice is the meter's.
    extra = ("--gbt", window, "--pdu-size", MAX_PDU, "--drop", "block_transfer_with_get_or_read")
    # As many rows as fit 65535 octets: Gurux does not read a length of three octets, which the ciphered whole then has.
    document = client("profile", LOAD_PROFILE, "--entry", 1, 1000, extra=extra)
    expect(document["row_count"] == 1000, f"{document['row_count']} rows")
    expect(GENERAL_BLOCK in tags(client.apdus), "no general block on the wire")


def small_pdu(client):
    count = client("objects")["count"]
    expect(client("objects", extra=("--pdu-size", 128))["count"] == count, "another number of objects")
    expect(max(len(apdu) for request, apdu in client.apdus if not request) <= 128, "an answer above the negotiated size")


def list_with_refusal(client):
    first, second = client("list-raw", item(NAME), "0.0.96.1.9.255:1:2")["results"]
    expect("value" in first and second["error"]["code"] == 3, f"{first} {second}")


def access(client):
    results = client("access", f"get:{item(NAME)}", f"set:{item(WRITABLE)}:octets:0102", f"action:{BREAKER}:70:2:i8:0",
                     "get:0.0.96.1.9.255:1:2")["results"]
    expect([one["result"]["code"] for one in results] == [0, 0, 0, 3], f"{results}")


def suite(client, number):
    with client.in_suite(number):
        read_register(client)
        expect(protections(client.apdus) == {client.association.security}, "another protection on the wire")
        objects(client)
        set_blocks(client)
        with_list(client)
        breaker(client)


def key_transfer(client):
    """New keys, wrapped by OpenSSL; then only they open the meter."""
    keys = {0: bytes(range(0x40, 0x50)), 2: bytes(range(0x60, 0x70))}
    wrapped = {kind: aes_key_wrap(bytes.fromhex(KEK), key) for kind, key in keys.items()}
    entries = "".join(f"0202160{kind}0918{key.hex()}" for kind, key in wrapped.items())
    client("action", "0.0.43.0.0.255", 64, 2, "hex", f"0102{entries}")
    read_register(client, ek=keys[0].hex(), ak=keys[2].hex())
    refused(lambda: read_register(client))


def large_set(client):
    write(client, HUGE, "c102")


def image(client):
    identifier = "MAC-ST402D-LR-HW1.0-FW3.2.1"
    content = bytes(range(256)) * 5
    content += zlib.crc32(content).to_bytes(4, "big")
    file = client.meter.scratch / "firmware.bin"
    file.write_bytes(content)
    document = client("image", IMAGE_TRANSFER, file, identifier)
    expect(document["first_not_transferred"] >= document["blocks"] > 1, f"{document}")
    expect(set(document["transferred"]) == {"1"} and len(document["transferred"]) == document["blocks"], f"{document}")
    expect(document["info"] == [[len(content), identifier.encode().hex()]], f"{document}")
    expect((document["verified"], document["activated"]) == (3, 6), f"{document}")


# --- the data link --------------------------------------------------------------------------------


def framing(client, octets, window):
    cosem = isinstance(client, DlmsCosem)
    extra = () if cosem else ("--max-info", octets, "--window", window, "--timeout", 3)
    # The other peer selects no entries: it reads them all.
    document = rows(client, *(() if cosem else ("--entry", 1, ROWS)), extra=extra)
    expect(document["row_count"] == (client.meter.rows if cosem else ROWS), f"{document['row_count']} rows")
    expect_link(client, octets, window, True)
    client("write", *WRITABLE, "octets", LONG.hex(), extra=extra)
    expect_link(client, octets, window, False)
    expect(value(client, WRITABLE) == LONG.hex(), "another value comes back")


def addressed(client, size):
    extra = ("--server", "1/17" if size > 1 else "1", "--server-size", size)
    value(client, NAME, extra=extra)
    expect(client.link.addresses == {size}, f"addresses of {client.link.addresses} octets")


def opening(client, confirmation="whole"):
    value(client, NAME)
    expect_opening(client, confirmation)


# --- short names -----------------------------------------------------------------------------------


def short_names(client):
    with client.by_short_names():
        found = {(one["class"], one["obis"]): one["sn"] for one in client("objects")["objects"]}
        expect(found[12, "0.0.40.0.0.255"] & 0xFFFF == 0xFA00 and (7, LOAD_PROFILE) in found, f"{found}")
        for operation in (registers, clock, set_clock, breaker, release):
            operation(client)
        document = rows(client, "--entry", 11, 20)
        expect(document["row_count"] == 10 and "model_error" not in document, f"{document}")
        name, voltage = client("list-read", item(NAME), item(VOLTAGE))["values"]
        expect(client.asked("0502"), "two requests, not one with both")
        expect(name == value(client, NAME) and is_number(voltage), f"{name} {voltage}")
        write(client, b"interop", "0601")


def short_names_blocks(client):
    with client.by_short_names():
        profile(client)
        write(client, LONG, "060107")
