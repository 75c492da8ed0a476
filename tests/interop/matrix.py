"""What is tried: who calls whom, under which association, doing what; and what is known to be beyond a peer."""
from __future__ import annotations

from dataclasses import dataclass, replace

import ours
import theirs
from programs import (
    GENERAL_DEDICATED,
    GENERAL_GLOBAL,
    MAX_PDU,
    Association,
    Dlms,
    DlmsCosem,
    Gurux,
    dlms_meter,
    gurux_meter,
)
from transports import HDLC, MODE_E, SERIAL, WRAPPER


@dataclass(frozen=True)
class Pairing:
    """A client and a meter."""

    key: str
    title: str
    client: type
    meter: object
    does: object          # the module with the client's operations
    denied: frozenset     # operations the public client (no authentication) has no right to


WRITES = frozenset({"breaker", "set", "set-blocks", "set-clock"})
PAIRINGS = (
    Pairing("dlms-gurux", "`dlms` → Gurux meter", Dlms, gurux_meter, ours, WRITES),
    Pairing("gurux-dlms", "Gurux client → `dlms meter`", Gurux, dlms_meter, theirs, WRITES),
    Pairing("cosem-dlms", "dlms-cosem client → `dlms meter`", DlmsCosem, dlms_meter, theirs, WRITES),
)
# The peers among themselves: what fails here says nothing about `dlms`.
CONTROLS = (
    Pairing("gurux-gurux", "Gurux client → Gurux meter", Gurux, gurux_meter, theirs, WRITES),
    Pairing("cosem-gurux", "dlms-cosem client → Gurux meter", DlmsCosem, gurux_meter, theirs, WRITES),
)

ASSOCIATIONS = tuple(Association(auth, security) for auth in ("none", "lls", "hls-gmac")
                     for security in ("none", "auth", "enc", "auth-enc"))
OPERATIONS = {  # key: (column, what it checks)
    "associate": ("associate", "AARQ, HLS passes 3 and 4; negotiated conformance and PDU size; every service on the wire "
                               "has exactly the protection asked for, both ways"),
    "objects": ("objects", "the association view: classes, versions, logical names"),
    "registers": ("registers", "values, scalers and units of registers and an extended register"),
    "values": ("values", "`dlms` reads a value of each of the 24 A-XDR types; the others read every attribute of the "
                         "association view and understand it by their own class models"),
    "clock": ("clock", "the time, in UTC"),
    "profile": ("profile", "all rows of the load profile (1500 of the Gurux meter, 2880 of `dlms meter`) by block transfer"),
    "range": ("by range", "a day of it by its times, both ends included"),
    "entry": ("by entry", "ten rows by number; `dlms` also selects columns"),
    "list": ("with-list", "several attributes in one request"),
    "breaker": ("breaker", "disconnect and reconnect, with the states in between"),
    "set": ("SET", "a value, read back"),
    "set-blocks": ("SET, blocks", "3072 octets by block transfer, read back"),
    "set-clock": ("set clock", "ahead and back, read in between"),
    "release": ("release", "RLRQ and RLRE; ciphered user-information where services are ciphered"),
}

LLS, GMAC = Association("lls", "none"), Association("hls-gmac", "auth-enc")
HASHES = {"hls-md5": "MD5", "hls-sha1": "SHA-1", "hls-sha256": "SHA-256"}
WRONG_KEY = "F0E0D0C0B0A090807060504030201000"


@dataclass(frozen=True)
class Row:
    """A line of a table with a column a pairing."""

    key: str
    title: str
    association: Association
    run: object               # of the pairing's operations: run(client)
    refusals: tuple = ()      # what the client may report; empty: it must succeed
    only: tuple = ()          # pairings, if not all
    meter: tuple = ()         # what the meter is started with: (name, value)...


def policy(security):
    return Association("hls-gmac", security, 1)


REFUSALS = (
    Row("wrong-password", "LLS, wrong password", LLS,
        lambda does, client: does.associate_only(client, password="00000001"), ("rejected",)),
    Row("wrong-ek", "HLS-GMAC, auth-enc, wrong encryption key", GMAC,
        lambda does, client: does.associate_only(client, ek=WRONG_KEY), ("rejected", "exception")),
    Row("wrong-ak", "HLS-GMAC, auth-enc, wrong authentication key", GMAC,
        lambda does, client: does.associate_only(client, ak=WRONG_KEY), ("rejected", "exception")),
    Row("wrong-ak-auth", "LLS, auth, wrong authentication key", Association("lls", "auth"),
        lambda does, client: does.associate_only(client, ak=WRONG_KEY), ("rejected", "exception")),
    *(Row(f"wrong-{auth}", f"HLS with {HASHES[auth]}, wrong secret", Association(auth, "none"),
          lambda does, client: does.associate_only(client, password="00000001"),
          ("rejected", "other-reason", "read-write-denied")) for auth in HASHES),
    Row("wrong-gmac", "HLS-GMAC, none, wrong authentication key", Association("hls-gmac", "none"),
        lambda does, client: does.associate_only(client, ak=WRONG_KEY),
        ("rejected", "other-reason", "read-write-denied")),
    Row("replay", "an invocation counter used before", GMAC,
        lambda does, client: does.replay(client), ("exception", "rejected")),
    *(Row(f"policy-{security}", f"policy auth-enc, services {security}", policy(security),
          lambda does, client: does.read_register(client), ("exception", "rejected", "read-write-denied"))
      for security in ("none", "auth", "enc")),
    Row("no-sap", "a client SAP the meter does not know", Association("none", "none", 99),
        lambda does, client: does.associate_only(client), ("rejected",)),
    Row("no-write", "write without the right", Association("none", "none"),
        lambda does, client: does.write_register(client), ("read-write-denied",)),
    Row("no-read", "read of what nobody may read", LLS,
        lambda does, client: does.read_forbidden(client), ("read-write-denied",)),
    Row("no-object", "read of an object that is not there", LLS,
        lambda does, client: does.read_unknown(client), ("object-undefined",)),
)

PEERS_CLIENTS = ("gurux-dlms", "cosem-dlms", "gurux-gurux", "cosem-gurux")
FURTHER = (
    Row("policy-met", "policy auth-enc, met", policy("auth-enc"), lambda does, client: does.policy_met(client)),
    Row("counter", "invocation counter read first, by the public client", GMAC,
        lambda does, client: does.counter_from_meter(client)),
    *(Row(name, f"{name} ciphering", GMAC,
          lambda does, client, name=name, tag=tag: does.ciphering(name, tag)(client))
      for name, tag in (("glo", 0xC8), ("general-glo", GENERAL_GLOBAL), ("ded", 0xD0), ("general-ded", GENERAL_DEDICATED))),
    *(Row(f"{auth}-{security}", f"HLS with {HASHES[auth]}, {security}", Association(auth, security),
          lambda does, client: does.associate(client)) for auth in HASHES for security in ("none", "auth-enc")),
    Row("gbt", "1000 rows by general block transfer, LLS", LLS, lambda does, client: does.general_blocks(client)),
    Row("gbt-ciphered", "1000 rows by general block transfer, HLS-GMAC, auth-enc", GMAC,
        lambda does, client: does.general_blocks(client)),
    *(Row(f"gbt-1{key}", f"the same in windows of one block, {association}", association,
          lambda does, client: does.general_blocks(client, 1))
      for key, association in (("", LLS), ("-ciphered", GMAC))),
    Row("small-pdu", "association view in PDUs of 128 octets, LLS", LLS, lambda does, client: does.small_pdu(client)),
    Row("small-pdu-ciphered", "association view in PDUs of 128 octets, HLS-GMAC, auth-enc", GMAC,
        lambda does, client: does.small_pdu(client)),
    *(Row(key, f"short names: {title}", association, lambda does, client: does.short_names(client))
      for key, title, association in (("sn", "objects, values, selections, a list, writes and methods, LLS", LLS),
                                      ("sn-gmac", "the same, HLS-GMAC, auth-enc", GMAC))),
    Row("sn-blocks", "short names: the load profile and 3072 octets written in blocks, LLS", LLS,
        lambda does, client: does.short_names_blocks(client)),
    *(Row(key, f"an image transferred, verified and activated, {title}", association, lambda does, client: does.image(client),
          only=(*PEERS_CLIENTS, "dlms-gurux"))
      for key, title, association in (("image", "HLS-GMAC, none", Association("hls-gmac", "none")),
                                      ("image-gmac", "HLS-GMAC, auth-enc", GMAC))),
    *(Row(f"huge-set{key}", f"60,000 octets written by SET in blocks and read back, {association}", association,
          lambda does, client: does.large_set(client), only=("dlms-gurux", "gurux-dlms", "gurux-gurux"))
      for key, association in (("", LLS), ("-ciphered", GMAC))),
    *(Row(f"huge-action{key}", f"60,000 octets as the parameter of an ACTION in blocks, {association}", association,
          lambda does, client: does.large_action(client), only=("dlms-gurux",))
      for key, association in (("", LLS), ("-ciphered", GMAC))),
    Row("key-transfer", "new global keys transferred, wrapped under the master key; only they open the meter then", GMAC,
        lambda does, client: does.key_transfer(client), meter=(("pdu_size", MAX_PDU), ("extra", ())),
        only=("dlms-gurux", "gurux-dlms", "gurux-gurux")),
    *(Row(f"ecdsa-{number}-{security}", f"suite {number}, HLS with ECDSA, {security}: objects, a list, a breaker, 3072 octets "
          "written", Association("hls-ecdsa", security), lambda does, client, number=number: does.suite(client, number),
          meter=(("signing", number),)) for number in (1, 2) for security in ("none", "auth-enc")),
    *(Row(f"suite-{number}-{security}", f"suite {number}, HLS-GMAC, {security}: objects, a list, a breaker, 3072 octets written",
          Association("hls-gmac", security), lambda does, client, number=number: does.suite(client, number),
          meter=(("extra", ("--suite", number)),)) for number in (1, 2) for security in ("auth", "auth-enc")),
    Row("list-refusal", "GET with list, one of them refused", LLS,
        lambda does, client: does.list_with_refusal(client), only=PEERS_CLIENTS),
    *(Row(f"access-list-{association.auth}", f"ACCESS: three attributes in one, {association}", association,
          lambda does, client: does.access(client), only=("dlms-gurux",)) for association in (LLS, GMAC)),
    Row("access", "ACCESS: get, set, action and a refusal in one", GMAC,
        lambda does, client: does.access(client), only=PEERS_CLIENTS),
)

LARGE = (("pdu_size", 0x2000),)   # several information fields of any length
FRAMING = (
    *(Row(f"frames-{octets}-{window}", f"information fields of {octets} octets, window {window}", LLS,
          lambda does, client, octets=octets, window=window: does.framing(client, octets, window), meter=LARGE)
      for octets, window in ((128, 1), (512, 1), (2030, 1), (128, 7), (2030, 7))),
    Row("frames-ciphered", "information fields of 512 octets, window 1, HLS-GMAC, auth-enc", GMAC,
        lambda does, client: does.framing(client, 512, 1), meter=LARGE),
    *(Row(f"address-{size}", f"a server address of {size} octets", LLS,
          lambda does, client, size=size: does.addressed(client, size), meter=LARGE) for size in (1, 2, 4)),
)

ON_TOP = ("frames-128-1", "frames-2030-7", "frames-ciphered")   # of them, after an opening
TO_GURUX = ("dlms-gurux", "gurux-gurux", "cosem-gurux")
OPENING = (
    Row("opening", "300 baud 7E1, confirmed at 9600 baud 7E1, then 9600 baud 8N1", LLS,
        lambda does, client: does.opening(client)),
    *(Row(f"opening-{name}", f"{title} of the acknowledgement", LLS,
          lambda does, client, name=name: does.opening(client, name), only=TO_GURUX,
          meter=(("extra", ("--confirmation", name)),))
      for name, title in (("none", "no confirmation"), ("noise", "a garbled confirmation"))),
)


@dataclass(frozen=True)
class Table:
    """Rows of the page, and what is said before them."""

    key: str
    title: str
    text: str
    rows: tuple


REFUSED = Table("refusals", "What must be refused", "How the client reports it: the association *rejected*, an *exception* "
                "response, or a result.", REFUSALS)
MORE = Table("further", "Further services", "", FURTHER)
FRAMES = Table("framing", "Frames", "1000 rows of the load profile, then 3072 octets written and read back, in APDUs of up to "
               "8192 octets: the data link agrees to these parameters, fills its information fields and, with a window, sends "
               "several frames at a time. Addresses: logical device 1, physical device 17 where there are two parts.", FRAMING)
OPENINGS = Table("opening", "The opening", "Speed and parity of every octet, as the ports were set when it was sent.", OPENING)

# Another transport repeats what it could change: not how clients read the values, and on a line what takes many octets.
COLUMNS = {
    WRAPPER.name: tuple(OPERATIONS),
    HDLC.name: tuple(key for key in OPERATIONS if key != "values"),
    SERIAL.name: ("associate", "objects", "set-blocks", "release"),
    MODE_E.name: ("associate", "set-blocks"),
}
TABLES = {WRAPPER.name: (REFUSED, MORE), HDLC.name: (REFUSED, MORE, FRAMES), SERIAL.name: (FRAMES,),
          MODE_E.name: (OPENINGS, replace(FRAMES, rows=tuple(row for row in FRAMING if row.key in ON_TOP)))}


# --- what a peer cannot do ----------------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """Checks beyond a peer. With an error they are tried, and must end in it; without one they are not."""

    peer: type
    reason: str
    applies: object       # of an association and a key
    error: str = ""       # a pattern
    towards: object = None   # the other program, if not any


def cosem(reason, applies, error=""):
    return Limit(DlmsCosem, "dlms-cosem " + reason, applies, error)


def without_ciphering(association):
    return association.auth == "hls-gmac" and association.security == "none"


NO_GMAC_ALONE = "raises a NameError when it computes a GMAC without ciphering services"
WINDOWS = ("frames-128-7", "frames-2030-7")
LIMITS = (
    Limit(Gurux, "the Gurux client loses count of the frames of a window", lambda association, key: key in WINDOWS,
          "no complete frame", dlms_meter),
    Limit(Gurux, "gurux-dlms fails in an assertion when it ciphers Read or Write",
          lambda association, key: key == "sn-gmac", "AssertionError"),
    Limit(Gurux, "gurux-dlms proposes no blocks with short names", lambda association, key: key == "sn-blocks"),
    cosem("knows suite 0 only", lambda association, key: key.startswith(("suite-", "ecdsa-"))),
    cosem("has none of the mechanisms that hash as the standard says", lambda association, key: association.auth in HASHES),
    cosem("knows no short names", lambda association, key: key in ("sn", "sn-gmac", "sn-blocks")),
    cosem("only knows both protections together", lambda association, key: association.security in ("auth", "enc")),
    cosem(NO_GMAC_ALONE, lambda association, key: without_ciphering(association) and key == "associate", "NameError"),
    cosem(NO_GMAC_ALONE, lambda association, key: without_ciphering(association)),
    cosem("does not encode an entry descriptor", lambda association, key: key == "entry", "NotImplementedError"),
    cosem("does not write by blocks", lambda association, key: key == "set-blocks",
          "PDU size too big|byte must be in range"),
    cosem("does not parse bit-strings, UTF-8, BCD, compact arrays, floats and date-times",
          lambda association, key: key == "values", "not understood"),
    cosem("proposes no parameters of the data link: 128 octets, window 1",
          lambda association, key: key.startswith("frames-") and key != "frames-128-1"),
    cosem("has no such option", lambda association, key: key in {
        "glo", "ded", "general-ded", "counter", "list-refusal", "access", "image", "image-gmac"}),
    cosem("proposes general block transfer but does not parse it",
          lambda association, key: key.startswith("gbt")),
)


def limit(pairing, association, key):
    both = pairing.client, pairing.meter
    return next((one for one in LIMITS if one.peer in both and one.towards in (None, *both)
                 and one.applies(association, key)), None)
