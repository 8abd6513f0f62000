// Answers every message with the two messages of a question, from memory. Nothing is kept.
import { readFileSync } from "node:fs";
import { WebSocketServer } from "ws";

const [first, last] = ["first.json", "last.json"].map((name) => readFileSync(`${process.argv[2]}/${name}`, "utf8"));
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => console.error(`listening on http://127.0.0.1:${server.address().port}`));
server.on("connection", (socket) =>
  socket.on("message", () => {
    socket.send(first);
    socket.send(last);
  }),
);
