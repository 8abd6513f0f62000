"""Kills a session with SIGKILL at ten moments spread over its run, runs it again, and compares every deliverable
with the undisturbed run's, byte for byte; the store must show one outcome and no step twice.

usage: kill.py CSM SAMPLE_WORKSPACE SCRATCH_DIR
"""

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

MOMENTS = 10


def fresh(sample, folder):
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(sample, folder, ignore=shutil.ignore_patterns(".csm", "out", "plans"))
    return folder


def deliverables(folder):
    files = [p for part in ("out", "plans") for p in (folder / part).rglob("*") if p.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(files)}


def start(program, folder):
    return subprocess.Popen([program, "run", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def outcome(folder):
    """The states of all sessions, and how often each step of each session is in the journal."""
    store = sqlite3.connect(folder / ".csm" / "store.db")
    states = [row[0] for row in store.execute("SELECT state FROM sessions ORDER BY opened_at, id")]
    twice = store.execute("SELECT session_id, key, count(*) FROM journal GROUP BY 1, 2 HAVING count(*) > 1").fetchall()
    terminal = 0
    for (message,) in store.execute("SELECT message FROM outbox"):
        terminal += json.loads(message).get("status") in ("completed", "failed", "cancelled")
    return states, twice, terminal


def main():
    program, sample, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    undisturbed = fresh(sample, scratch / "undisturbed")
    began = time.monotonic()
    if start(program, undisturbed).wait() != 0:
        sys.exit("the undisturbed run failed")
    length = time.monotonic() - began
    expected = deliverables(undisturbed)

    again = fresh(sample, scratch / "again")
    start(program, again).wait()
    if deliverables(again) != expected:
        sys.exit("two runs from the same state differ")
    print(f"two runs from the same state: {len(expected)} deliverables, byte-identical")

    killed = 0
    for moment in range(1, MOMENTS + 1):
        folder = fresh(sample, scratch / "killed")
        process = start(program, folder)
        try:
            process.wait(timeout=length * moment / (MOMENTS + 1))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        died = process.wait() == -signal.SIGKILL
        killed += died
        if start(program, folder).wait() != 0:
            sys.exit(f"moment {moment}: the run after the kill failed")
        found = deliverables(folder)
        if died and found != expected:
            different = sorted(k for k in expected.keys() | found.keys() if expected.get(k) != found.get(k))
            sys.exit(f"moment {moment}: these deliverables differ: {different}")
        states, twice, terminal = outcome(folder)
        if twice or terminal != len(states) or (died and states != ["completed"]):
            sys.exit(f"moment {moment}: states {states}, terminal messages {terminal}, steps twice {twice}")
        print(f"  moment {moment}: {'killed' if died else 'had ended'}, sessions {states}")
    if killed < MOMENTS - 1:
        sys.exit(f"only {killed} of {MOMENTS} kills met a running session")
    print(f"{killed} kills: the same {len(expected)} deliverables each time, no step twice, one outcome")


main()
