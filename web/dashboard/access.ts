// What this page may ask for, and how it signs in and out. The server tells the first in the attributes of the root.

import { isRecord } from "../elements/path";

export interface Access {
  /** The scope of the session that the page was asked for with; null without one. */
  readonly scope: string | null;
  /** The sections that may be read where that is not everything; none where it is nothing. Null: everything. */
  readonly sections: readonly string[] | null;
}

export function accessIn({ dataset }: HTMLElement): Access {
  const sections = dataset["sections"];
  return { scope: dataset["scope"] ?? null, sections: sections === undefined ? null : sections.split(",").filter((one) => one !== "") };
}

/** The machine that a page of a hub is of; null where the appliance itself serves it. */
export function hostIn({ dataset }: HTMLElement, search: string): string | null {
  return dataset["fleet"] === undefined ? null : new URLSearchParams(search).get("host");
}

/** Exchanges a token for a session, whose cookie scripts never see. Answers with its scope; rejects with why not. */
export async function signIn(base: URL, token: string): Promise<string> {
  const answer = await send(new URL("sign-in", base), JSON.stringify({ token }));
  const told: unknown = await answer.json().catch(() => null);
  if (answer.ok && isRecord(told) && typeof told["scope"] === "string") return told["scope"];
  const error = isRecord(told) && isRecord(told["error"]) ? told["error"]["message"] : null;
  const wait = answer.headers.get("Retry-After");
  const later = wait === null ? "" : `; try again in ${wait} s`;
  throw new Error(`${typeof error === "string" ? error : `the server answered ${answer.status}`}${later}`);
}

export async function signOut(base: URL): Promise<void> {
  const answer = await send(new URL("sign-out", base), null);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
}

async function send(url: URL, body: string | null): Promise<Response> {
  const headers: HeadersInit = body === null ? {} : { "Content-Type": "application/json" };
  try {
    return await fetch(url, { method: "POST", headers, body, cache: "no-store" });
  } catch {
    throw new Error("the server does not answer");
  }
}
