// The seed's query against `csm serve`; prints every journaled message as one JSON line. See README.md.
import WebSocket from "ws";

const [url, token, , dropAfter] = process.argv.slice(2); // URL TOKEN [--drop-after SEQ]
const query = "Customer context needed: account segments, product usage, health metrics, churn risks, " +
  "growth opportunities, and success goals.";
const seed = { requesting_agent: "customer-success-manager", request_type: "get_customer_context", payload: { query } };

let session = null;
let seen = 0;
let over = false;

function connect() {
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${token}` } });
  const resume = { requesting_agent: "node-client", request_type: "resume_session",
    payload: { session_id: session, after_seq: seen } };
  socket.on("open", () => socket.send(JSON.stringify(session ? resume : seed)));
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    const meta = message._meta ?? {};
    if (meta.seq === undefined || meta.seq <= seen) return; // a tick, or the answer to `resume_session`
    [session, seen] = [meta.session_id, meta.seq];
    console.log(JSON.stringify(message));
    over = ["completed", "failed", "cancelled"].includes(message.status);
    if (over) socket.close();
    else if (meta.seq === Number(dropAfter)) socket.terminate(); // no goodbye: as when the network is gone
  });
  socket.on("close", () => over || connect());
  socket.on("error", (error) => { console.error(error.message); process.exit(1); });
}

connect();
