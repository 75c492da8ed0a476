"""The processes of a run: started, timed, ended.

A script of this directory is not started but forked off a process that has already imported its libraries (fork_server.py):
most of the processor time of a short call would go into importing them.
"""
from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CALL_SECONDS = 60


class Refused(Exception):
    """A program ended with an error."""

    def __init__(self, kind, message, status=1, document=None):
        super().__init__(f"{kind}: {message}")
        self.kind, self.status, self.document = kind, status, document or {}


class Forked:
    """A run of a script, with the part of the interface of `subprocess.Popen` that is used here."""

    def __init__(self, server, arguments, cwd, out, err):
        self.server, self.returncode, self.buffer = server, None, b""
        order = {"arguments": [str(one) for one in arguments], "cwd": str(cwd), "out": str(out), "err": str(err)}
        server.stdin.write(json.dumps(order).encode() + b"\n")
        server.stdin.flush()
        line = self.line(CALL_SECONDS)
        if line is None:
            raise Refused("start", f"{server.args[-1]} does not start")
        self.pid = int(line)

    def line(self, seconds):
        """The server's next line, if it comes in time."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            if not select.select([self.server.stdout], [], [], max(deadline - time.monotonic(), 0))[0]:
                return None
            octets = os.read(self.server.stdout.fileno(), 4096)
            if not octets:
                self.returncode = -signal.SIGKILL  # the server itself has been ended
                return None
            self.buffer += octets
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def wait(self, timeout):
        if self.returncode is None:
            line = self.line(timeout)
            if line is not None:
                self.returncode = int(line)
            elif self.returncode is None:
                raise subprocess.TimeoutExpired(self.server.args[-1], timeout)
        return self.returncode

    def poll(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def kill(self):
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Processes:
    """Every process this run has started and not yet ended, and the time the run may take."""

    def __init__(self, seconds):
        self.deadline, self.live, self.lock = time.monotonic() + seconds, set(), threading.Lock()
        self.idle = {}   # script: fork servers without a run

    def left(self, seconds):
        """Of so many seconds, as many as the whole run still has."""
        seconds = min(seconds, self.deadline - time.monotonic())
        if seconds <= 0:
            raise Refused("timeout", "the run has used its time")
        return seconds

    @contextlib.contextmanager
    def start(self, command, cwd, out, err):
        """A running program; a script of this directory by its path."""
        program, *arguments = command
        for path in (out, err):
            path.write_bytes(b"")
        forked = isinstance(program, Path) and program.suffix == ".py"
        with self.fork(program, arguments, cwd, out, err) if forked else self.spawn(command, cwd, out, err) as process:
            with self.lock:
                self.live.add(process)
            try:
                yield process
            finally:
                process.kill()
                process.wait(CALL_SECONDS)
                with self.lock:
                    self.live.discard(process)

    @contextlib.contextmanager
    def spawn(self, command, cwd, out, err):
        with out.open("wb") as stdout, err.open("wb") as stderr, subprocess.Popen(
                [str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr) as process:
            yield process

    @contextlib.contextmanager
    def fork(self, script, arguments, cwd, out, err):
        with self.lock:
            idle = self.idle.setdefault(script, [])
            server = idle.pop() if idle else None
        if server is None:
            server = subprocess.Popen([sys.executable, HERE / "fork_server.py", script.stem],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            with self.lock:
                self.live.add(server)
        run = Forked(server, arguments, cwd, out, err)
        try:
            yield run
        finally:
            if run.poll() is not None and server.poll() is None:
                with self.lock:
                    self.idle[script].append(server)

    def end(self):
        with self.lock:
            for process in self.live:
                process.kill()

    def call(self, command, cwd):
        """(stdout, stderr, exit status)"""
        seconds = self.left(CALL_SECONDS)
        out, err = cwd / "call.out", cwd / "call.err"
        with self.start(command, cwd, out, err) as process:
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise Refused("timeout", f"no end within {seconds:.0f} s") from None
        return *(path.read_text(encoding="utf-8", errors="replace") for path in (out, err)), status
