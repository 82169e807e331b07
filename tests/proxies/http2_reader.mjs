// Reads the event stream over HTTP/2 and prints its events' ids, a line each. With the first line on standard input it
// cancels the stream and keeps the connection, as a browser does; it ends with standard input.
import { connect, constants } from "node:http2";
import { readFileSync } from "node:fs";

const [port, name, path, authority] = process.argv.slice(2);
const session = connect(`https://${name}:${port}`, {
  ca: readFileSync(authority),
  lookup: (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
});
const stream = session.request({ ":path": path, accept: "text/event-stream" });
let text = "";
stream.on("response", (headers) => console.log(`${headers[":status"]} ${headers["content-type"]}`));
stream.setEncoding("utf8").on("data", (part) => {
  text += part;
  const lines = text.split("\n");
  text = lines.pop();
  for (const line of lines) if (line.startsWith("id: ")) console.log(line.slice(4));
});
stream.on("error", () => {});
process.stdin.once("data", () => stream.close(constants.NGHTTP2_CANCEL));
process.stdin.on("end", () => session.destroy());
