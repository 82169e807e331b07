// Where the appliance of an element lies.

/** The appliance that this script came from: BASE/static/zeropoint_elements.js -> BASE/. */
const OWN = import.meta.url;

/**
 * The base URL that `src` names, relative to the page; without one that of the script. It ends in a slash, so that a
 * base path behind a proxy is kept. Throws TypeError with words for people.
 */
export function baseOf(src: string | URL | null): URL {
  const base = src === null || src === "" ? new URL("../", OWN) : parse(src);
  if (base.protocol !== "http:" && base.protocol !== "https:") throw new TypeError(`${base.href} is no http address`);
  if (base.username !== "" || base.password !== "") throw new TypeError("an address must not hold a password: set token");
  base.search = "";
  base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

function parse(src: string | URL): URL {
  try {
    return new URL(src, globalThis.document?.baseURI);
  } catch {
    throw new TypeError(`“${src}” is no address`);
  }
}
