"""Kills `csm serve` with SIGKILL at random moments while sessions are being opened, and starts it again each time.

Every session that was acknowledged must have ended exactly once, with its messages in one unbroken row, and a retry
with its idempotency key must find it.

usage: kill_server.py CSM SAMPLE_WORKSPACE SCRATCH_DIR [KILLS] [SEED]
"""

import http.client
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ASKING = 12
TERMINAL = ("completed", "failed", "cancelled")
# Every so many requests one is for the whole work; only one of those runs at a time.
WORK_EVERY = 40


class Server:
    def __init__(self, program, workspace):
        began = time.monotonic()
        command = [program, "serve", str(workspace), "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.said = []
        while True:
            line = self.process.stderr.readline()
            if not line:
                sys.exit("the server did not start: " + "".join(self.said))
            self.said.append(line)
            if "listening on http://" in line:
                break
        self.up_after = time.monotonic() - began
        self.address = line.split("listening on http://")[1].split()[0]
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def call(self, connection, token, method, path, body=None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, body=json.dumps(body) if body is not None else None, headers=headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=30)


def request(key, work):
    payload = {"query": "Customer context needed.", "idempotency_key": key}
    if not work:
        payload["phases"] = []
    return {"requesting_agent": "orchestrator", "request_type": "get_customer_context", "payload": payload}


def ask(server, token, nth, round_, acknowledged, busy, lock, stop):
    connection = server.connect()
    count = 0
    while not stop.is_set():
        count += 1
        key = f"{round_}-{nth}-{count}"
        work = nth == 0 and count % WORK_EVERY == 1
        try:
            status, answer = server.call(connection, token, "POST", "/v1/sessions", request(key, work))
        except (OSError, http.client.HTTPException, ValueError):
            return
        with lock:
            if status == 202:
                acknowledged[key] = (answer["session_id"], work)
            elif answer["error"]["retryable"]:
                busy.append(answer["error"]["code"])
            else:
                sys.exit(f"an unexpected answer: {status} {answer}")


def main():
    program, sample, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    kills = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    chance = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    workspace = scratch / "killed-server"
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(sample, workspace, ignore=shutil.ignore_patterns(".csm", "out", "plans"))
    subprocess.run([program, "run", str(workspace)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = subprocess.run([program, "token", "new", "--name", "check", "-w", str(workspace)],
                          check=True, capture_output=True, text=True)
    token = made.stdout.strip()

    acknowledged, busy, lock = {}, [], threading.Lock()
    slowest, resumed, under_load = 0.0, 0, 0
    for round_ in range(kills):
        server = Server(program, workspace)
        slowest = max(slowest, server.up_after)
        for line in server.said:
            if line.startswith("going on with "):
                resumed += int(line.split()[3])
        stop, before = threading.Event(), len(acknowledged)
        asking = [
            threading.Thread(target=ask, args=(server, token, nth, round_, acknowledged, busy, lock, stop))
            for nth in range(ASKING)
        ]
        for thread in asking:
            thread.start()
        time.sleep(chance.uniform(0.01, 0.6))
        server.kill()
        stop.set()
        for thread in asking:
            thread.join()
        under_load += len(acknowledged) > before
    if under_load < kills * 3 // 4:
        sys.exit(f"only {under_load} of {kills} kills met a server that had accepted something")

    server = Server(program, workspace)
    connection = server.connect()
    works = 0
    for key, (session, work) in acknowledged.items():
        until = time.monotonic() + 60
        while True:
            status, said = server.call(connection, token, "GET", f"/v1/sessions/{session}/messages?after=0")
            if status != 200:
                sys.exit(f"an acknowledged session is gone: {session}: {said}")
            messages = said
            ends = [message["status"] for message in messages if message.get("status") in TERMINAL]
            if ends or time.monotonic() > until:
                break
            time.sleep(0.1)
        places = [message["_meta"]["seq"] for message in messages]
        if len(ends) != 1 or messages[-1].get("status") not in TERMINAL or places != list(range(1, len(places) + 1)):
            sys.exit(f"session {session} ({'work' if work else 'question'}): ends {ends}, places {places}")
        works += work
    retried = chance.sample(sorted(acknowledged), min(50, len(acknowledged)))
    for key in retried:
        session, work = acknowledged[key]
        status, answer = server.call(connection, token, "POST", "/v1/sessions", request(key, work))
        if status not in (200, 202) or (answer["session_id"] != session and not work):
            sys.exit(f"a retry of {key} found {answer} and not {session}")
    server.kill()
    print(
        f"{kills} kills, {under_load} of them with sessions just accepted: {len(acknowledged)} acknowledged sessions "
        f"({works} of them work), each ended exactly once; {resumed} were taken up after a restart; the slowest "
        f"restart took {slowest:.2f} s to listening, with every unfinished session going on; {len(retried)} retries "
        f"found their session; {len(busy)} requests were told to try again"
    )


if __name__ == "__main__":
    main()
