"""Compares what clients printed: the journaled messages of one session each, ids and times aside.

usage: same_messages.py FIRST.ndjson OTHER.ndjson...
"""

import json
import sys


def bare(path):
    """The messages without what differs between two workspaces: ids, times, and what a request is called."""
    with open(path, encoding="utf-8") as lines:
        messages = [json.loads(line) for line in lines]
    sequence = [message["_meta"]["seq"] for message in messages]
    if sequence != list(range(1, len(messages) + 1)):
        sys.exit(f"{path}: the sequence has a gap or says something twice: {sequence}")
    terminal = [m["status"] for m in messages if m.get("status") in ("completed", "failed", "cancelled")]
    if terminal != ["completed"] or messages[-1].get("status") != "completed":
        sys.exit(f"{path}: it does not end with one `completed`: {terminal}")
    if len({message["_meta"]["session_id"] for message in messages}) != 1:
        sys.exit(f"{path}: more than one session")
    for message in messages:
        for name in ("session_id", "at", "in_reply_to", "traceparent"):
            message["_meta"].pop(name, None)
        # What waits for a person is named by its session, and waits from then on.
        for approval in [message.get("approval"), *message.get("approvals", [])]:
            for name in ("id", "expires_at"):
                if approval:
                    approval.pop(name, None)
    return messages


def main():
    first, *others = sys.argv[1:]
    expected = bare(first)
    for path in others:
        found = bare(path)
        if found != expected:
            differing = [m["_meta"]["seq"] for m, other in zip(expected, found) if m != other]
            sys.exit(f"{path}: messages {differing} differ from those of {first} ({len(found)} and {len(expected)})")
    print(f"{len(others) + 1} clients: the same {len(expected)} messages, broken off and resumed or not")


main()
