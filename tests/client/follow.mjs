// Reads feeds with the JavaScript client, one after the other, each until its server says that there is no more (204).
// Its arguments are the client's file and the addresses. Prints [[line, ...], ...], in the words of cases.json.
import { pathToFileURL } from "node:url";

const [clientFile, ...urls] = process.argv.slice(2);
const { MetricsClient } = await import(pathToFileURL(clientFile));
const told = [];
for (const url of urls) told.push(await follow(url));
process.stdout.write(JSON.stringify(told));

function follow(url) {
  const client = new MetricsClient({ url });
  const lines = [];
  client.addEventListener("hello", ({ detail }) => lines.push(`hello ${detail.newest_id}`));
  client.addEventListener("sample", ({ detail }) => lines.push(`sample ${detail.id}`));
  client.addEventListener("gap", ({ detail }) => lines.push(`gap ${detail.lost} ${detail.reason}`));
  client.addEventListener("bye", ({ detail }) => lines.push(`bye ${detail.reason}`));
  return new Promise((resolve) => {
    client.addEventListener("state", ({ detail }) => {
      if (detail.name !== "stopped") return;
      client.close();
      resolve(lines);
    });
    client.start();
  });
}
