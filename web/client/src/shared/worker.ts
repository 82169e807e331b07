/**
 * The script of the worker that all tabs of an origin share (SharedWorker). A browser opens at most six connections to
 * a host over HTTP/1.1, for all tabs together: with a stream each, the seventh tab could not even load.
 */
import { systemClock } from "../clock.js";
import { Host } from "./host.js";

const host = new Host({
  fetch: (input, init) => fetch(input, init),
  clock: systemClock,
  random: Math.random,
});

interface SharedWorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

(globalThis as unknown as SharedWorkerScope).onconnect = ({ ports: [port] }) => {
  if (port) host.connect(port);
};
