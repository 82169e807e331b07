// Prints a line for each sample of an appliance, until it is stopped: node node.mjs http://127.0.0.1:3001/
import { MetricsClient } from "zeropoint-client";

const client = new MetricsClient({
  url: process.argv[2] ?? "http://127.0.0.1:3001/",
  token: process.env.ZEROPOINT_TOKEN,
});

client.addEventListener("sample", ({ detail: sample }) => {
  const { cpu, memory } = sample.system;
  console.log(sample.timestamp, `cpu ${cpu?.usage_percent ?? "?"} %`, `memory ${memory?.usage_percent ?? "?"} %`);
});
client.addEventListener("gap", ({ detail: gap }) => {
  console.log("missing:", gap.lost ?? "an unknown number of", "samples,", gap.reason);
});
client.addEventListener("state", ({ detail: state }) => {
  console.error(state.name, state.reason ?? "");
  if (state.name === "signed-out" || state.name === "stopped") process.exitCode = 1;
});

client.start();

// Nothing keeps the process alive once the client is closed.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => client.close());
