#!/usr/bin/env python3
"""What is pushed: gurux-dlms to `dlms listen`, and `dlms meter` to gurux-dlms; TCP and UDP, plain and ciphered.

Prints a line for every check; exit status 0 if all hold.
"""
from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EK, AK = bytes(range(16)).hex(), bytes(range(0xD0, 0xE0)).hex()
SETUP = "0.0.25.9.0.255"
WAIT = 60
# As it is called on the page, by the peer, and by `dlms`.
SECURITIES = (("none", "none", "none"), ("auth", "auth", "auth"), ("enc", "enc", "enc"), ("auth-enc", "authenc", "auth-enc"))


@contextlib.contextmanager
def running(*command, ready="stdout"):
    """A program that says `ready ADDR`: the program, and where it listens."""
    program = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = getattr(program, ready).readline().split()
        if line[:1] != ["ready"]:
            raise AssertionError(f"{command}: {line} {program.stderr.read()}")
        yield program, line[1]
    finally:
        program.kill()
        program.wait()


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=WAIT)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout} {done.stderr}")
    return done.stdout


def expect(holds, what):
    if not holds:
        raise AssertionError(what)


def to_us(dlms, transport, security, event):
    """gurux-dlms pushes, `dlms listen` prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as keys:
        keys.write(f'["{b"SERVER01".hex()}"]\nek = "{EK}"\nak = "{AK}"\n')
        keys.flush()
        listen = running(dlms, "listen", "--json", f"--{transport}", "127.0.0.1:0", "--keys", keys.name, "--count", "2",
                         ready="stderr")
        with listen as (program, address):
            sent = json.loads(run(
                sys.executable, HERE / "push_sender.py", "--port", address.rsplit(":", 1)[1], "--security", security,
                "--transport", "wrapper-udp" if transport == "udp" else "wrapper", "--count", "2", *(["--event"] if event else [])))
            out, err = program.communicate(timeout=WAIT)
    documents = [json.loads(line) for line in out.splitlines()]
    expect(len(documents) == 2, f"{out} {err}")
    for document in documents:
        expect(document["link"] == "wrapper" and document["saps"] == {"source": 1, "destination": 64}, f"{document}")
        expect(document["apdu"] == ("event-notification-request" if event else "data-notification"), f"{document}")
        expect(("security" in document) == (security != "none"), f"{document}")
        if security != "none":
            expect(document["security"]["authenticated"] == (security != "enc"), f"{document}")
    values = [reading["value"] for reading in documents[0]["readings"]]
    expect({"double-long-unsigned": 123456} in values, f"{documents[0]} of {sent}")


def from_us(dlms, transport, policy):
    """`dlms meter` pushes, gurux-dlms prints."""
    receiver = running(sys.executable, HERE / "push_receiver.py", "--transport",
                       "wrapper-udp" if transport == "udp" else "wrapper", "--count", "1", "--ek", EK, "--ak", AK)
    meter = running(dlms, "meter", "--tcp", "127.0.0.1:0", "--policy", policy)
    with receiver as (program, port), meter as (_, address):
        client = ["--tcp", address, "--client", "32", "--auth", "lls", "--password", "00000000"]
        destination = {"structure": [{"enum": 1 if transport == "udp" else 0},
                                     {"octet-string": f"127.0.0.1:{port}".encode().hex()}, {"enum": 0}]}
        run(dlms, "write", *client, f"{SETUP}:40:3", json.dumps(destination))
        run(dlms, "invoke", *client, f"{SETUP}:40:1", '{"integer":0}')
        out, err = program.communicate(timeout=WAIT)
    document = json.loads(out.splitlines()[-1])
    expect("error" not in document, f"{document} {err}")
    expect(document["source"] == 1 and document["destination"] == 103, f"{document}")
    expect(document["ciphered"] == (policy != "none"), f"{document}")
    expect(len(document["value"]) == 5, f"{document}")


def checks():
    """{(who to whom, as what): (check, its arguments)}"""
    found = {}
    for transport in ("tcp", "udp"):
        to, by = (f"{who}, {transport.upper()}" for who in ("Gurux → `dlms listen`", "`dlms meter` → Gurux"))
        for column, security, policy in SECURITIES:
            found[to, column] = to_us, (transport, security, False)
            found[by, column] = from_us, (transport, policy)
        found[to, "EventNotification"] = to_us, (transport, "none", True)
    return found


def main():
    top = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    top.add_argument("--dlms", type=Path, required=True, help="the built command")
    top.add_argument("--results", type=Path, help="write what came of them here, for the page")
    args = top.parse_args()
    results = []
    for (row, column), (check, arguments) in checks().items():
        try:
            check(args.dlms.resolve(), *arguments)
            verdict, why = "pass", ""
        except (AssertionError, LookupError, ValueError, subprocess.SubprocessError) as error:
            verdict, why = "fail", f"\n         {error}"
        results.append([row, column, verdict])
        print(f"{verdict:8} {row}, {column}{why}")
        sys.stdout.flush()
    if args.results:
        args.results.write_text(json.dumps(results), encoding="utf-8")
    return int(any(verdict == "fail" for *_, verdict in results))


if __name__ == "__main__":
    sys.exit(main())
