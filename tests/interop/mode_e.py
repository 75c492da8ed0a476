"""The opening of IEC 62056-21 mode E, for peers that have none: 300 baud 7E1, then HDLC at the speed the meter offers, 8N1."""
from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import termios
import time

SPEEDS = {b"0": 300, b"1": 600, b"2": 1200, b"3": 2400, b"4": 4800, b"5": 9600, b"6": 19200}
START_SPEED = 300
LONGEST = 64             # octets of a message of the opening
CONFIRMATION_SECONDS = 2
LEEWAY_SECONDS = 0.2     # for a client on a busy machine to change its port before the meter confirms


class OpeningError(Exception):
    pass


def set_line(port, speed, seven):
    """7E1 or 8N1, once everything has been sent."""
    # Not termios.tcsetattr: glibc complains where a pseudo-terminal does not keep CS7 and PARENB.
    attributes = bytearray(fcntl.ioctl(port, termios.TCGETS, bytes(60)))
    input_flags, output_flags, control_flags, local_flags = struct.unpack_from("4I", attributes)
    input_flags &= ~(termios.INPCK | termios.ISTRIP)
    control_flags &= ~(termios.CBAUD | termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB)
    input_flags |= termios.INPCK if seven else 0
    control_flags |= getattr(termios, f"B{speed}") | (termios.CS7 | termios.PARENB if seven else termios.CS8)
    struct.pack_into("4I", attributes, 0, input_flags, output_flags, control_flags, local_flags)
    fcntl.ioctl(port, termios.TCSETSW, bytes(attributes))


def reaction(identification):
    """Seconds both sides let go by before they answer: at least so many, 1.5 at most."""
    return 0.02 if identification[3:4].islower() else 0.2


def octet(port, deadline):
    """The next octet, or nothing when the time is up."""
    if not select.select([port], [], [], max(deadline - time.monotonic(), 0))[0]:
        return b""
    return os.read(port, 1)


def message(port, first, seconds):
    """A line that begins with one of the octets `first`; what comes before it is noise."""
    deadline, text = time.monotonic() + seconds, b""
    while not text.endswith(b"\n"):
        one = octet(port, deadline)
        if not one:
            raise OpeningError(f"no whole message within {seconds} s: {text!r}")
        if text or one in first:
            text += one
        if len(text) > LONGEST:
            raise OpeningError(f"no message: {text!r}")
    return text


def open_client(port, seconds):
    """Up to HDLC; the speed agreed."""
    set_line(port, START_SPEED, True)
    os.write(port, b"/?!\r\n")
    identification = message(port, (b"/",), seconds)
    baud = identification[4:5]
    if baud not in SPEEDS or b"\\2" not in identification:
        raise OpeningError(f"no mode E: {identification!r}")
    acknowledge = b"\x062" + baud + b"2\r\n"
    time.sleep(reaction(identification))
    os.write(port, acknowledge)
    set_line(port, SPEEDS[baud], True)
    with contextlib.suppress(OpeningError):  # not every meter confirms, or confirms legibly
        message(port, (b"\x06",), CONFIRMATION_SECONDS)
        time.sleep(reaction(identification))
    set_line(port, SPEEDS[baud], False)
    return SPEEDS[baud]


def open_meter(port, identification, confirmation, seconds):
    """Waits for a request to sign on, and for the acknowledgement that asks for HDLC: the speed agreed, 0 if none comes."""
    set_line(port, START_SPEED, True)
    baud = identification[4:5]
    acknowledge = b"\x062" + baud + b"2\r\n"
    try:
        if not message(port, (b"/",), seconds).startswith(b"/?"):
            return 0
        time.sleep(reaction(identification))
        os.write(port, identification + b"\r\n")
        if message(port, (b"\x06",), 2) != acknowledge:
            return 0
    except OpeningError:
        return 0
    set_line(port, SPEEDS[baud], True)
    time.sleep(reaction(identification) + LEEWAY_SECONDS)
    os.write(port, {"whole": acknowledge, "none": b"", "noise": b"\x15?" + acknowledge[3:]}[confirmation])
    set_line(port, SPEEDS[baud], False)
    return SPEEDS[baud]
