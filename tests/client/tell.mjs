// What eventsource-parser, the parser of the JavaScript client, tells of each stream that comes as JSON on standard
// input: [[chunk in base64, ...], ...] -> [[line, ...], ...], in the words of cases.py. Its first argument is the parser.
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const { createParser } = await import(pathToFileURL(process.argv[2]));
const streams = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(streams.map(told)));

function told(chunks) {
  const lines = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parser = createParser({
    onRetry: (retryMs) => lines.push(`retry ${retryMs}`),
    onId: (id) => lines.push(`id ${id}`),
    onEvent: ({ event, data }) => lines.push(`${event ?? "message"}=${data}`),
  });
  for (const chunk of chunks) parser.feed(decoder.decode(Buffer.from(chunk, "base64"), { stream: true }));
  return lines;
}
