#!/usr/bin/env python3
"""Headless DLMS/COSEM client on the dlms-cosem (u9n) library, for interoperability tests.

Same command line as gurux_client.py for what the library does: wrapper or HDLC over TCP, HDLC
on a serial device; no authentication, LLS, HLS (AES) and GMAC; plain or authenticated-encrypted
(general-glo) with the key sizes of suites 0 to 2; no block transfer but that of GET. One JSON
document on stdout; exit status 0 success, 1 failure, 2 usage error.
"""
from __future__ import annotations

import argparse
import datetime
import json
import logging
import sys
import time

import structlog
from dlms_cosem import cosem, enumerations, security, utils
from dlms_cosem.client import DlmsClient
from dlms_cosem.cosem.capture_object import CaptureObject
from dlms_cosem.cosem.selective_access import EntryDescriptor, RangeDescriptor
from dlms_cosem.hdlc.connection import HdlcConnection
from dlms_cosem.io import BlockingTcpIO, HdlcTransport, SerialIO, TcpTransport
from dlms_cosem.parsers import AssociationObjectListParser
from dlms_cosem.protocol import xdlms

import mode_e

KEYS = {  # suite: (global unicast encryption key, authentication key), as in gurux_support
    0: (bytes(range(16)), bytes(range(0xD0, 0xE0))),
    1: (bytes(range(16)), bytes(range(0xD0, 0xE0))),
    2: (bytes(range(32)), bytes(range(0xD0, 0xF0))),
}


class Failure(Exception):
    def __init__(self, kind, message, **info):
        super().__init__(message)
        self.doc = {"error": kind, "message": message, **info}


class Traced:
    """Logs the octets an io implementation of the library moves."""

    def __init__(self, io, path, opening):
        self.io, self.file = io, open(path, "a", encoding="ascii") if path else None
        self.opening = opening

    def log(self, direction, data):
        if self.file:
            self.file.write(f"{direction} {bytes(data).hex()}\n")
            self.file.flush()
        return data

    def connect(self):
        self.io.connect()
        if self.opening:
            port = self.io.serial_port
            port.baudrate = mode_e.open_client(port.fileno(), self.io.timeout)

    def disconnect(self):
        self.io.disconnect()

    def send(self, data):
        self.io.send(self.log("TX", data))

    def recv(self, amount=1):
        data = self.io.recv(amount)
        if len(data) < amount:  # SerialIO returns short at its timeout
            raise Failure("timeout", "no answer")
        return self.log("RX", data)


class FramedHdlc(HdlcTransport):
    """Cuts frames by their length field.

    The library looks for the next 0x7E, and waits for ever when the frame check sequence ends
    in one.
    """

    def recv_frame(self):
        head = self.io.recv(1)
        while head != b"\x7e":
            head = self.io.recv(1)
        while (octet := self.io.recv(1)) == b"\x7e":
            pass
        head += octet + self.io.recv(1)
        return head + self.io.recv(((head[1] & 7) << 8 | head[2]) - 1)


def find_frame(connection):
    buffer = connection.buffer
    size = ((buffer[1] & 7) << 8 | buffer[2]) + 2 if len(buffer) > 2 else 3
    if len(buffer) < size:
        return None
    connection.buffer_search_position = size
    return buffer[:size]


HdlcConnection._find_frame = find_frame


def plain(value):
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def authentication(args):
    secret = bytes.fromhex(args.password_hex) if args.password_hex else \
        (args.password or "").encode()
    return {
        "none": security.NoSecurityAuthentication,
        "lls": lambda: security.LowLevelSecurityAuthentication(secret),
        "hls": lambda: security.HighLevelSecurityCommonAuthentication(secret),
        "hls-gmac": security.HighLevelSecurityGmacAuthentication,
    }[args.auth]()


def make_client(args):
    logical, _, physical = args.server.partition("/")
    if args.serial:
        io = SerialIO(args.serial, args.baud, args.timeout)
    else:
        io = BlockingTcpIO(args.host, args.port, args.timeout)
    io = Traced(io, args.trace, args.mode_e)
    if args.transport == "hdlc":
        transport = FramedHdlc(args.client, int(logical, 0), io, timeout=args.timeout,
                               server_physical_address=int(physical, 0) if physical else None,
                               extended_addressing=args.server_size == 4)
    else:
        transport = TcpTransport(args.client, int(logical, 0), io, args.timeout)
    encryption_key, authentication_key = KEYS[args.suite]
    ciphered = args.security == "authenc"
    client = DlmsClient(
        transport, authentication(args),
        encryption_key=(args.block_cipher_key or encryption_key) if ciphered else None,
        authentication_key=(args.auth_key or authentication_key) if ciphered else None,
        security_suite=args.suite, max_pdu_size=args.pdu_size,
        client_system_title=args.system_title, timeout=args.timeout,
        client_initial_invocation_counter=int(time.time() * 1000) & 0xFFFFFFFF
        if args.ic == "now" else int(args.ic, 0))
    # the library proposes general block transfer but cannot take part in it
    client.dlms_connection.conformance.general_block_transfer = args.propose_gbt
    return client


def attribute(text_obis, class_id, index):
    return cosem.CosemAttribute(enumerations.CosemInterface(class_id),
                                cosem.Obis.from_string(text_obis), index)


def cmd_associate(client, _args, aare):
    connection = client.dlms_connection
    conformance = connection.conformance
    return {
        "associated": True,
        "negotiated_conformance": sorted(
            name for name, value in vars(conformance).items() if value is True),
        "server_max_pdu": connection.max_pdu_size,
        "server_system_title": plain(connection.meter_system_title),
        "result": str(aare.result), "diagnostic": str(aare.result_source_diagnostics),
    }


def cmd_objects(client, _args, _aare):
    data = client.get(attribute("0.0.40.0.0.255", 15, 2))
    items = AssociationObjectListParser.parse_bytes(data)
    return {"count": len(items), "objects": [
        {"class": int(item.interface), "version": item.version,
         "obis": ".".join(map(str, item.logical_name.to_bytes())),
         "attributes": sorted(item.attribute_access_rights)} for item in items]}


def cmd_read(client, args, _aare):
    data = client.get(attribute(args.obis, args.class_id, args.attribute))
    return {"obis": args.obis, "class": args.class_id, "attribute": args.attribute,
            "raw": data.hex(), "value": plain(utils.parse_as_dlms_data(data))}


def cmd_read_all(client, args, aare):
    """Read every attribute of every object in the association view."""
    listed = cmd_objects(client, args, aare)["objects"]
    values, refused, odd = 0, [], []
    for item in listed:
        for index in item["attributes"]:
            where = f"{item['obis']}:{item['class']}:{index}"
            try:
                data = client.get(attribute(item["obis"], item["class"], index))
            except Exception as error:  # an access result; anything else shows up next
                refused.append({"at": where, "message": str(error)})
                continue
            values += 1
            try:
                utils.parse_as_dlms_data(data)
            except Exception as error:  # the A-XDR parser is a check of its own
                odd.append({"at": where, "raw": data.hex()[:400],
                            "model_error": f"{type(error).__name__}: {error}"})
    return {"objects": len(listed), "values": values, "refused": refused, "model_errors": odd}


def scalar(kind, text):
    """A-XDR octets; the library's data classes do not cover every type, so by hand."""
    if kind == "hex":
        return bytes.fromhex(text)
    sizes = {"i8": (15, 1), "i16": (16, 2), "i32": (5, 4), "i64": (20, 8), "u8": (17, 1),
             "u16": (18, 2), "u32": (6, 4), "u64": (21, 8), "enum": (22, 1)}
    if kind in sizes:
        tag, size = sizes[kind]
        return bytes([tag]) + int(text, 0).to_bytes(size, "big", signed=kind.startswith("i"))
    if kind == "bool":
        return bytes([3, text.lower() in ("1", "true")])
    content = bytes.fromhex(text) if kind == "octets" else text.encode()
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([9 if kind == "octets" else 10]) + length + content


def cmd_write(client, args, _aare):
    data = scalar(args.type, args.value)
    response = client.set(attribute(args.obis, args.class_id, args.attribute), data)
    result = getattr(response, "result", None)
    if result != enumerations.DataAccessResult.SUCCESS:
        raise Failure("access-result", str(result or response))
    return {"obis": args.obis, "class": args.class_id, "attribute": args.attribute,
            "written": data.hex()}


def cmd_action(client, args, _aare):
    data = scalar(args.type, args.value)
    answer = client.action(cosem.CosemMethod(
        enumerations.CosemInterface(args.class_id), cosem.Obis.from_string(args.obis),
        args.method), data)
    return {"obis": args.obis, "class": args.class_id, "method": args.method,
            "parameter": data.hex(), "raw": answer.hex() if answer else None}


def cmd_profile(client, args, _aare):
    selection = None
    if args.range:
        clock = CaptureObject(attribute("0.0.1.0.0.255", 8, 2), 0)
        selection = RangeDescriptor(clock, *map(datetime.datetime.fromisoformat, args.range))
    elif args.entry:
        selection = EntryDescriptor(*args.entry)
    data = client.get(attribute(args.obis, 7, 2), selection)
    rows = utils.parse_as_dlms_data(data)
    return {"obis": args.obis, "row_count": len(rows), "bytes": len(data),
            "first": plain(rows[0]) if rows else None, "last": plain(rows[-1]) if rows else None}


def cmd_list_read(client, args, _aare):
    items = []
    for text in args.item:
        name, class_id, index = text.rsplit(":", 2)
        items.append(cosem.CosemAttributeWithSelection(
            attribute(name, int(class_id), int(index)), None))
    response = client.get_many(items)
    if not isinstance(response, xdlms.GetResponseWithList):
        raise Failure("unexpected", str(response))
    return {"results": [plain(result) for result in response.result]}


def parser():
    top = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    arg = top.add_argument
    arg("--host", default="127.0.0.1")
    arg("--port", type=int, default=4059)
    arg("--transport", choices=("wrapper", "hdlc"), default="wrapper")
    arg("--serial", help="serial device or pty (HDLC)")
    arg("--baud", type=int, default=9600)
    arg("--mode-e", action="store_true", help="IEC 62056-21 mode E opening before HDLC, with --serial")
    arg("--client", type=lambda text: int(text, 0), default=16, help="client SAP")
    arg("--server", default="1", help="server SAP or LOGICAL/PHYSICAL")
    arg("--server-size", type=int, choices=(1, 2, 4), default=1, help="4: HDLC address parts of two octets")
    arg("--auth", choices=("none", "lls", "hls", "hls-gmac"), default="none")
    arg("--password")
    arg("--password-hex")
    arg("--suite", type=int, choices=(0, 1, 2), default=0)
    arg("--security", choices=("none", "authenc"), default="none")
    arg("--system-title", type=bytes.fromhex, default=b"CLIENT01")
    arg("--block-cipher-key", "--ek", type=bytes.fromhex, help="default: the suite's test key")
    arg("--auth-key", "--ak", type=bytes.fromhex, help="default: the suite's test key")
    arg("--ic", default="1", help="initial invocation counter, or 'now': milliseconds")
    arg("--pdu-size", type=lambda text: int(text, 0), default=0xFFFF)
    arg("--timeout", type=int, default=10)
    arg("--propose-gbt", action="store_true", help="as the library does when left alone")
    arg("--trace", help="append TX/RX octets as hex to this file")
    commands = top.add_subparsers(dest="command", required=True)
    for name, run in (("associate", cmd_associate), ("objects", cmd_objects),
                      ("read-all", cmd_read_all)):
        commands.add_parser(name, help=run.__doc__).set_defaults(run=run)
    for name, run, index in (("read", cmd_read, "attribute"), ("write", cmd_write, "attribute"),
                             ("action", cmd_action, "method")):
        sub = commands.add_parser(name)
        sub.add_argument("obis")
        sub.add_argument("class_id", type=int)
        sub.add_argument(index, type=int)
        if name != "read":
            sub.add_argument("type", nargs="?" if name == "action" else None, default="i8",
                             choices=("bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32",
                                      "u64", "enum", "octets", "string", "hex"))
            sub.add_argument("value", nargs="?", default="0")
        sub.set_defaults(run=run)
    sub = commands.add_parser("profile")
    sub.add_argument("obis")
    which = sub.add_mutually_exclusive_group()
    which.add_argument("--range", nargs=2, metavar=("FROM", "TO"), help="ISO 8601 with offset")
    which.add_argument("--entry", nargs=2, type=int, metavar=("FROM", "TO"))
    sub.set_defaults(run=cmd_profile)
    sub = commands.add_parser("list-read")
    sub.add_argument("item", nargs="+", help="OBIS:CLASS:ATTR")
    sub.set_defaults(run=cmd_list_read)
    return top


def session(args):
    client = make_client(args)
    client.connect()
    try:
        aare = client.associate()
        document = args.run(client, args, aare)
        try:
            client.release_association()
            document["released"] = True
        except Exception as error:  # the command itself has succeeded
            document |= {"released": False, "release_error": f"{type(error).__name__}: {error}"}
        return document
    finally:
        try:
            client.disconnect()
        except Exception as error:  # keep the first failure
            print(f"disconnect: {error}", file=sys.stderr)


def main():
    args = parser().parse_args()
    if args.serial:
        args.transport = "hdlc"
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr),
                        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        document, status = session(args), 0
    except Failure as failure:
        document, status = failure.doc, 1
    except Exception as error:  # every failure becomes the JSON document
        document, status = {"error": type(error).__name__, "message": str(error)}, 1
    print(json.dumps({key: value for key, value in document.items() if value is not None}))
    return status


if __name__ == "__main__":
    sys.exit(main())
