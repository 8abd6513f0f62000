"""The seed's query against `csm serve`; prints every journaled message as one JSON line. See README.md."""
import argparse
import asyncio
import json

import websockets

QUERY = ("Customer context needed: account segments, product usage, health metrics, churn risks, "
         "growth opportunities, and success goals.")
SEED = {"requesting_agent": "customer-success-manager", "request_type": "get_customer_context",
        "payload": {"query": QUERY}}


async def main(url, token, drop_after):
    session, seen = None, 0
    while True:
        socket = await websockets.connect(url, additional_headers={"Authorization": f"Bearer {token}"})
        resume = {"requesting_agent": "python-client", "request_type": "resume_session",
                  "payload": {"session_id": session, "after_seq": seen}}
        await socket.send(json.dumps(resume if session else SEED))
        async for text in socket:
            message = json.loads(text)
            seq = message.get("_meta", {}).get("seq")
            if seq is None:
                continue  # a percent tick, or the answer to `resume_session`: neither is journaled
            session, seen = message["_meta"]["session_id"], seq
            print(json.dumps(message), flush=True)
            if message.get("status") in ("completed", "failed", "cancelled"):
                return await socket.close()
            if seq == drop_after:
                socket.transport.abort()  # no goodbye: as when the network is gone
                break

parser = argparse.ArgumentParser()
parser.add_argument("url"), parser.add_argument("token")
parser.add_argument("--drop-after", type=int, help="break the connection after this seq, then resume")
arguments = parser.parse_args()
asyncio.run(main(arguments.url, arguments.token, arguments.drop_after))
