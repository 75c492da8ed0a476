"""What the client `dlms` does with the Gurux meter, whose objects and values gurux_meter.py fixes."""
from __future__ import annotations

import json
import tomllib

import moments
from programs import (
    ENCRYPTION_KEY,
    GENERAL_BLOCK,
    KEK,
    MAX_PDU,
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
WRITABLE = "0.0.96.13.0.255:1:2"
LONG = bytes(range(256)) * 12
HUGE = bytes(range(240)) * 250
OBJECTS = 62

# The object 0.128.96.TAG.0.255 holds one value of that type.
TYPES = {
    0: {"null-data": None},
    1: {"array": [{"unsigned": 1}, {"unsigned": 2}, {"unsigned": 3}]},
    2: {"structure": [{"double-long-unsigned": 1}, {"integer": 2}, {"enum": 12}]},
    3: {"boolean": True}, 4: {"bit-string": "101001010101"}, 5: {"double-long": -2},
    6: {"double-long-unsigned": 0xDEADBEEF}, 9: {"octet-string": "0102030405"}, 10: {"visible-string": "INTERO"},
    12: {"utf8-string": "Ä€"}, 13: {"bcd": 0x42}, 15: {"integer": -128}, 16: {"long": -0x8000}, 17: {"unsigned": 255},
    18: {"long-unsigned": 0xFFFF}, 19: {"compact-array": [{"unsigned": 10}, {"unsigned": 11}, {"unsigned": 12}]},
    20: {"long64": -2}, 21: {"long64-unsigned": 2**64 - 2}, 22: {"enum": 7}, 23: {"float32": 1.5}, 24: {"float64": -2.0},
    25: {"date-time": "07EA0B1607102233FF800000"}, 26: {"date": "07EA0B1607"}, 27: {"time": "10223344"},
}


def plain(value):
    """A typed value without its type."""
    content = next(iter(value.values()))
    return [plain(item) for item in content] if isinstance(content, list) else content


def dotted(obis):
    """`1-0:1.8.0.255` as `1.0.1.8.0.255`."""
    return obis.replace("-", ".").replace(":", ".").replace("*", ".")


def read(dlms, *what, **changed):
    return dlms("read", *what, **changed)


def read_one(dlms, what, **changed):
    item, = read(dlms, what, **changed)
    return item["value"]


def register(dlms, what, number, unit):
    item, = read(dlms, what)
    expect(abs(item["scaled"] - number) < 1e-6 and item["unit"] == unit, f"{what}: {item}")


# --- operations --------------------------------------------------------------------------------


def associate(dlms):
    document = dlms("associate")
    wanted = {"get", "set", "action", "selective-access", "block-transfer-with-get-or-read"}
    expect(wanted <= set(document["conformance"]), f"conformance {document['conformance']}")
    expect(document["dlms-version"] == 6 and document["max-pdu-size"] == MAX_PDU, f"{document}")
    if dlms.association.has_keys:
        expect(document["server-system-title"].upper() == b"SERVER01".hex(), f"{document}")
    read(dlms, "0.0.42.0.0.255:1:2")
    used = protections(dlms.apdus)
    expect(used == {dlms.association.security}, f"on the wire: {used}")


def objects(dlms):
    document = dlms("objects")
    expect(len(document) == OBJECTS, f"{len(document)} objects")
    found = {(item["class"], item["version"], dotted(item["obis"])) for item in document}
    wanted = {(1, 0, "0.0.42.0.0.255"), (3, 0, "1.0.1.8.0.255"), (7, 1, LOAD_PROFILE), (8, 0, "0.0.1.0.0.255"),
              (15, 2, "0.0.40.0.0.255"), (18, 0, "0.0.44.0.0.255"), (70, 0, BREAKER)}
    expect(wanted <= found, f"missing: {wanted - found}")


def registers(dlms):
    expect(read_one(dlms, "1.0.1.8.0.255:3:2") == {"double-long-unsigned": 123456}, "1.0.1.8.0.255")
    register(dlms, "1-0:1.8.0.255:3", 12345.6, "Wh")
    register(dlms, "1.0.32.7.0.255", 230.1, "V")
    register(dlms, "1.0.1.6.0.255:4:2", 4711, "W")


def values(dlms):
    document = read(dlms, *(f"0.128.96.{tag}.0.255:1:2" for tag in TYPES))
    for (tag, wanted), item in zip(TYPES.items(), document, strict=True):
        (kind, content), = wanted.items()
        got = item["value"]
        expect(kind in got and got[kind] == content, f"type {tag}: {got}")


def clock(dlms):
    document = dlms("clock")
    off = moments.ahead(plain(document["time"]))
    expect(abs(off) < moments.TOLERANCE, f"{off} s off: {document}")
    expect(abs(document["offset-seconds"] - off) < moments.TOLERANCE, f"{document}")


def set_clock(dlms):
    dlms("clock", "--set", moments.now(3600).isoformat(timespec="seconds"))
    document = dlms("clock")
    off = moments.ahead(plain(document["time"])) - 3600
    expect(abs(off) < moments.TOLERANCE, f"set an hour ahead, now {off} s off that: {document}")
    expect(abs(abs(document["offset-seconds"]) - 3600) < moments.TOLERANCE, f"{document}")
    dlms("clock", "--set", "now")
    clock(dlms)


def rows(document, first, last, width=4):
    """Rows FIRST to LAST of the load profile, counted from 0."""
    expect(len(document["columns"]) == width, f"columns {document['columns']}")
    expect(len(document["rows"]) == last - first + 1, f"{len(document['rows'])} rows")
    for index, row in zip(range(first, last + 1), document["rows"], strict=True):
        when, *cells = map(plain, row)
        wanted = [index % 7, 100000 + 13 * index, 500 + index][:width - 1]
        expect(cells == wanted, f"row {index}: {row}")
        seconds = (moments.decoded(when) - moments.decoded("07ea01010400000000000000")).total_seconds()
        expect(seconds == 900 * index, f"row {index}: {row}")


def profile(dlms):
    rows(dlms("profile", LOAD_PROFILE), 0, dlms.meter.rows - 1)
    expect(dlms.answers() > 20, f"{dlms.answers()} answers are no blocks")


def profile_range(dlms):
    document = dlms("profile", LOAD_PROFILE, "--from", "2026-01-02T00:00:00+00:00", "--to", "2026-01-02T23:59:00+00:00")
    rows(document, 96, 191)


def profile_entries(dlms):
    rows(dlms("profile", LOAD_PROFILE, "--entries", "11:20"), 10, 19)
    rows(dlms("profile", LOAD_PROFILE, "--entries", "101:103", "--columns", "1:3"), 100, 102, 3)


def with_list(dlms):
    document = read(dlms, "0.0.42.0.0.255:1:2", "1.0.32.7.0.255:3:2", "1.0.1.8.0.255:3:2")
    got = [plain(item["value"]) for item in document]
    expect(got == [b"TST0000000000001".hex().upper(), 2301, 123456], f"{got}")
    expect(dlms.asked("c003") or dlms.asked("d9"), "three requests, not one with a list")


def breaker(dlms):
    for verb, connected, state in (("disconnect", False, "disconnected"), ("reconnect", True, "connected")):
        dlms("breaker", verb)
        document = dlms("breaker", "status")
        expect(document["output-state"] is connected and document["control-state"] == state, f"{verb}: {document}")
    document = dlms("invoke", f"{BREAKER}:70:1", '{"integer":0}')
    expect(document["result"] == "success", f"{document}")
    expect(read_one(dlms, f"{BREAKER}:70:3") == {"enum": 0}, "still connected")


def write(dlms, octets, request):
    value = {"octet-string": octets.hex().upper()}
    document = dlms("write", WRITABLE, json.dumps(value))
    expect(document["result"] == "success", f"{document}")
    expect(dlms.asked(request), "another form of SET")
    expect(all(len(apdu) <= MAX_PDU for way, apdu in dlms.apdus if way), "a request above the negotiated size")
    expect(read_one(dlms, WRITABLE) == value, "another value comes back")


def set_(dlms):
    write(dlms, b"interop", "c101")


def set_blocks(dlms):
    write(dlms, LONG, "c102")


def release(dlms):
    dlms("associate")
    expect([apdu[0] for _, apdu in dlms.apdus[-2:]] == [0x62, 0x63], "no release on the wire")


OPERATIONS = {
    "associate": associate, "objects": objects, "registers": registers, "values": values, "clock": clock,
    "profile": profile, "range": profile_range, "entry": profile_entries, "list": with_list, "breaker": breaker,
    "set": set_, "set-blocks": set_blocks, "set-clock": set_clock, "release": release,
}


# --- refusals: commands that must not succeed ------------------------------------------------------


def associate_only(dlms, **changed):
    dlms("associate", **changed)


def read_register(dlms, **changed):
    read(dlms, "1.0.1.8.0.255:3:2", **changed)


def write_register(dlms):
    dlms("write", "1.0.1.8.0.255:3:2", '{"double-long-unsigned":1}')


def read_forbidden(dlms):
    read(dlms, "0.0.96.1.9.255:1:2")


def read_unknown(dlms):
    read(dlms, "0.0.96.1.77.255:1:2")


def replay(dlms):
    """The counter kept on disk is put back to what it was."""
    counter = dlms.meter.scratch / "counter"
    read_register(dlms)
    used = counter.read_bytes()
    read_register(dlms)
    counter.write_bytes(used)
    read_register(dlms)


# --- further services -----------------------------------------------------------------------------


def policy_met(dlms):
    read_register(dlms)


def counter_from_meter(dlms):
    read_register(dlms)
    read_register(dlms, counter=("--counter-obis", "0.0.43.1.0.255"))


def ciphering(name, request):
    def run(dlms):
        extra = ("--dedicated-key", "00112233445566778899AABBCCDDEEFF") if "ded" in name else ()
        read_register(dlms, extra=("--ciphering", name, *extra))
        expect(request in tags(dlms.apdus), f"on the wire: {sorted(map(hex, tags(dlms.apdus)))}")
    return run


def access(dlms):
    """Where lists are not proposed, several attributes go in one ACCESS request."""
    recipe = dlms.meter.scratch / "access.toml"
    recipe.write_text('[association]\nwithout = ["multiple-references"]\n')
    document = read(dlms, "0.0.42.0.0.255:1:2", "1.0.32.7.0.255:3:2", "1.0.1.8.0.255:3:2", extra=("--recipe", recipe))
    got = [plain(item["value"]) for item in document]
    expect(got == [b"TST0000000000001".hex().upper(), 2301, 123456], f"{got}")
    expect(dlms.asked("d9"), "no ACCESS on the wire")


def general_blocks(dlms, window=4):
    rows(dlms("profile", LOAD_PROFILE, "--entries", "1:1000", extra=("--gbt", window)), 0, 999)
    expect(GENERAL_BLOCK in tags(dlms.apdus), "no general block on the wire")


def small_pdu(dlms):
    expect(len(dlms("objects", extra=("--pdu-size", "128"))) == OBJECTS, "another number of objects")
    expect(max(len(apdu) for request, apdu in dlms.apdus if not request) <= 128, "an answer above the negotiated size")


def suite(dlms, number):
    with dlms.in_suite(number):
        read_register(dlms)
        expect(protections(dlms.apdus) == {dlms.association.security}, "another protection on the wire")
        objects(dlms)
        set_blocks(dlms)
        with_list(dlms)
        breaker(dlms)


def key_transfer(dlms):
    """New keys, made and wrapped by the command; then only they open the meter."""
    new = dlms.meter.scratch / "new-keys.toml"
    new.unlink(missing_ok=True)
    dlms("keys", "transfer", "--generate", "ek,ak", "--new", new, extra=("--kek", KEK))
    keys, = tomllib.loads(new.read_text()).values()
    expect(keys["ek"] != ENCRYPTION_KEY, f"{keys}")
    read_register(dlms, ek=keys["ek"], ak=keys["ak"])
    refused(lambda: read_register(dlms))


def large_set(dlms):
    write(dlms, HUGE, "c102")


def large_action(dlms):
    """An image block of 60,000 octets: more than any meter asks for, and the parameter of a method all the same."""
    def invoke(method, *values):
        dlms("invoke", f"{IMAGE_TRANSFER}:18:{method}", json.dumps({"structure": values}))
    invoke(1, {"octet-string": b"huge".hex()}, {"double-long-unsigned": len(HUGE)})
    invoke(2, {"double-long-unsigned": 0}, {"octet-string": HUGE.hex().upper()})
    expect(dlms.asked("c304"), "another form of ACTION")
    expect(read_one(dlms, f"{IMAGE_TRANSFER}:18:4") == {"double-long-unsigned": 1}, "the block did not arrive")


def image(dlms):
    """Two blocks come by hand, the rest by the command; then there is nothing left to send."""
    content, block = bytes(range(255)) * 4, 64
    file = dlms.meter.scratch / "firmware.bin"
    file.write_bytes(content)

    def invoke(method, *parameter):
        kinds = [{"octet-string": one.hex().upper()} if isinstance(one, bytes) else {"double-long-unsigned": one}
                 for one in parameter]
        dlms("invoke", f"{IMAGE_TRANSFER}:18:{method}", json.dumps({"structure": kinds}))

    invoke(1, b"firmware", len(content))
    for number in (1, 9):
        invoke(2, number, content[number * block:(number + 1) * block])
    document = dlms("image", file, "--activate", "later", "--poll", "0.1")
    expect((document["blocks"], document["sent"]) == (16, 14), f"{document}")
    expect(document["status"] == "image verification successful", f"{document}")
    info = read_one(dlms, f"{IMAGE_TRANSFER}:18:7")
    expect(plain(info) == [[len(content), b"firmware".hex().upper(), ""]], f"{info}")
    document = dlms("image", file, "--poll", "0.1")
    expect((document["sent"], document["status"]) == (0, "image activation successful"), f"{document}")


# --- the data link --------------------------------------------------------------------------------


def framing(dlms, octets, window):
    extra = ("--frame-size", octets, "--window", window, "--pdu-size", 0x2000)
    rows(dlms("profile", LOAD_PROFILE, "--entries", "1:1000", extra=extra), 0, 999)
    expect_link(dlms, octets, window, True)
    value = {"octet-string": LONG.hex().upper()}
    dlms("write", WRITABLE, json.dumps(value), extra=extra)
    expect_link(dlms, octets, window, False)
    expect(read_one(dlms, WRITABLE) == value, "another value comes back")


def addressed(dlms, size):
    read(dlms, "0.0.42.0.0.255:1:2", extra=("--address-size", size, *(("--physical", 17) if size > 1 else ())))
    expect(dlms.link.addresses == {size}, f"addresses of {dlms.link.addresses} octets")


def opening(dlms, confirmation="whole"):
    read(dlms, "0.0.42.0.0.255:1:2")
    expect_opening(dlms, confirmation)


# --- short names -----------------------------------------------------------------------------------


def short_names(dlms):
    with dlms.by_short_names():
        found = {(item["class"], dotted(item["obis"])): item["base-name"] for item in dlms("objects")}
        expect(found[12, "0.0.40.0.0.255"] == 0xFA00 and (7, LOAD_PROFILE) in found, f"{found}")
        for operation in (registers, values, clock, set_clock, breaker, profile_range, profile_entries, release):
            operation(dlms)
        read(dlms, "0.0.42.0.0.255:1:2", "0.0.96.13.0.255:1:2")
        expect(dlms.asked("0502"), "two requests, not one with both")
        write(dlms, b"interop", "0601")


def short_names_blocks(dlms):
    with dlms.by_short_names():
        profile(dlms)
        write(dlms, LONG, "060107")
