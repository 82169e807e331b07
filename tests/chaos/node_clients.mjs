// Clients of the module that the appliance serves, in Node: what each tells goes to standard output, a JSON line each.
// Ends by itself when standard input does: if a closed client left anything behind, it would not.
const [moduleUrl, url, sections, count, silenceMs] = process.argv.slice(2);
const { MetricsClient } = await import(moduleUrl);

const streaming = { silenceMinMs: Number(silenceMs), goodConnectionMs: 0 };
const polling = { silenceMinMs: Number(silenceMs), probeBaseMs: 1_000, probeCapMs: 2_000 };

const clients = Array.from({ length: Number(count) }, (_, number) => {
  const timing = number % 4 === 3 ? polling : streaming;
  const client = new MetricsClient({ url, sections: sections ? sections.split(",") : [], timing });
  const tell = (line) => process.stdout.write(`${JSON.stringify({ client: number, ...line })}\n`);
  client.addEventListener("sample", ({ detail }) => tell({ sample: detail }));
  client.addEventListener("gap", ({ detail }) => tell({ gap: { reason: detail.reason, lost: detail.lost } }));
  client.start();
  return client;
});

process.stdin.on("end", () => {
  for (const client of clients) client.close();
});
process.stdin.resume();
