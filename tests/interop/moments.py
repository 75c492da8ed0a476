"""The 12 octets of a COSEM date-time."""
from __future__ import annotations

import datetime

from programs import Mismatch

UTC = datetime.timezone.utc
NOT_SPECIFIED = -0x8000
TOLERANCE = 15  # seconds a reading of a running clock may be off


def decoded(octets):
    """As a moment in time; a deviation left open counts as UTC."""
    data = bytes.fromhex(octets)
    if len(data) != 12:
        raise Mismatch(f"no date-time: {octets}")
    deviation = int.from_bytes(data[9:11], "big", signed=True)
    try:
        local = datetime.datetime(int.from_bytes(data[:2], "big"), data[2], data[3], *(
            0 if part == 0xFF else part for part in data[5:8]), tzinfo=UTC)
    except ValueError as error:
        raise Mismatch(f"no moment in time: {octets}: {error}") from None
    return local if deviation == NOT_SPECIFIED else local + datetime.timedelta(minutes=deviation)


def encoded(moment):
    moment = moment.astimezone(UTC)
    return (moment.year.to_bytes(2, "big") + bytes([
        moment.month, moment.day, moment.isoweekday(), moment.hour, moment.minute, moment.second, 0, 0, 0, 0])).hex()


def now(ahead=0):
    return datetime.datetime.now(UTC) + datetime.timedelta(seconds=ahead)


def ahead(octets):
    """Seconds a clock that was just read is ahead of this machine's."""
    return (decoded(octets) - now()).total_seconds()
