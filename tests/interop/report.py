"""docs/interop.md: what the matrix came to, without anything that differs from run to run."""
from __future__ import annotations

import re
from dataclasses import dataclass

from matrix import ASSOCIATIONS, COLUMNS, OPERATIONS, PAIRINGS, TABLES
from processes import HERE
from transports import TRANSPORTS

PASS, DENIED, REFUSED, KNOWN, FAIL = "pass", "denied", "refused", "known", "fail"


@dataclass(frozen=True)
class Outcome:
    verdict: str
    text: str = ""      # FAIL: why; KNOWN: the peer's limit; REFUSED: as what
    command: str = ""   # FAIL: the last call
    error: str = ""     # FAIL: what the meter said on stderr


def versions():
    return dict(re.findall(r"^(dlms-cosem|gurux-dlms)==(\S+)", (HERE / "requirements.txt").read_text(), re.M))


def table(head, lines):
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))


class Report:
    """Outcomes by (transport, pairing, association or table, row or operation); those of pushes are (row, column, verdict)."""

    def __init__(self, outcomes, pushes=()):
        self.outcomes, self.pushes, self.notes = outcomes, pushes, []

    def mark(self, *key):
        outcome = self.outcomes.get(key)
        if outcome is None:
            return ""
        if outcome.verdict == KNOWN:
            if outcome.text not in self.notes:
                self.notes.append(outcome.text)
            return f"– ({self.notes.index(outcome.text) + 1})"
        return {PASS: "✓", DENIED: "denied", REFUSED: outcome.text, FAIL: "**✗**"}[outcome.verdict]

    def summary(self, transport, pairing):
        verdicts = [outcome.verdict for (where, who, *_), outcome in self.outcomes.items()
                    if (where, who) == (transport.name, pairing.key)]
        known = verdicts.count(KNOWN)
        beyond = f", {known} beyond the peer" if known else ""
        return f"{len(verdicts) - known - verdicts.count(FAIL)} of {len(verdicts) - known}{beyond}"

    def matrix(self, transport, pairing):
        columns = COLUMNS[transport.name]
        return table(
            ["authentication", "security", *(OPERATIONS[key][0] for key in columns)],
            [[one.auth, one.security, *(self.mark(transport.name, pairing.key, str(one), key) for key in columns)]
             for one in ASSOCIATIONS])

    def rows(self, transport, name, rows):
        return table(["", *(pairing.title for pairing in PAIRINGS)], [
            [row.title, *(self.mark(transport.name, pairing.key, name, row.key) for pairing in PAIRINGS)] for row in rows])

    def pushed(self):
        verdicts = {(row, column): verdict for row, column, verdict in self.pushes}
        rows, columns = (list(dict.fromkeys(key[place] for key in verdicts)) for place in (0, 1))
        marks = {PASS: "✓", FAIL: "**✗**", None: ""}
        return table(["", *columns], [
            [row, *(marks[verdicts.get((row, column))] for column in columns)] for row in rows])

    def markdown(self):
        peers = versions()
        parts = [f"""# Interoperability

What `dlms` and the meters and clients of other stacks do with each other, measured by `.ci/interop`, which also writes this
page (`.ci/interop --write`) and fails where it no longer holds. The peers are gurux-dlms {peers["gurux-dlms"]} and
dlms-cosem {peers["dlms-cosem"]}, as programs in `tests/interop`; the services of the Gurux meter are written there, upon the
library's framing, association requests and A-XDR, with OpenSSL's cryptography.

✓ works, and gives what the meter holds; *denied*: refused with read-write-denied, as the right of that client demands;
a number: beyond the peer, for the reason at the end. Suite 0 where nothing else is said.""",
                 table(["checks that hold", *(transport.title for transport in TRANSPORTS)],
                       [[pairing.title, *(self.summary(transport, pairing) for transport in TRANSPORTS)]
                        for pairing in PAIRINGS]),
                 "## What is checked",
                 "\n".join(f"- **{title}**: {what}." for title, what in OPERATIONS.values())]
        for transport in TRANSPORTS:
            parts += [f"## {transport.title}", *([transport.text] if transport.text else [])]
            for pairing in PAIRINGS:
                parts += [f"### {pairing.title}", self.matrix(transport, pairing)]
            for one in TABLES[transport.name]:
                parts += [f"### {one.title}", *([one.text] if one.text else []), self.rows(transport, one.key, one.rows)]
        if self.pushes:
            parts += ["## Pushes",
                      "DataNotifications without an association, in the wrapper, in the clear and in general-glo-ciphering, and "
                      "EventNotifications in the clear: what arrives is what was pushed.",
                      self.pushed()]
        if self.notes:
            parts += ["## Beyond the peers",
                      "Tried where the peer can be made to try; that it still fails for this reason is checked.",
                      "\n".join(f"{number}. {note}" for number, note in enumerate(self.notes, 1))]
        return "\n\n".join(parts) + "\n"
