// Loaded before a client (`node --import`): no connection leaves this machine.

import net from "node:net";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const host = typeof first === "object" ? (first.host ?? first.hostname) : second;
  if (host !== undefined && typeof host !== "function" && !LOOPBACK.has(host)) {
    console.error(`a client tried to connect to ${host}`);
    process.exit(3);
  }
  return connect.apply(this, given);
};
