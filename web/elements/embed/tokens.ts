// Tokens that a page gives by script, so that none stands in its markup. They are kept in memory alone.

import { baseOf } from "./base-url";

const tokens = new Map<string, string>();
const listeners = new Set<() => void>();

/** Gives the token for all elements that read from `src`; null takes it back. An element's own `token` goes before it. */
export function setToken(src: string | URL, token: string | null): void {
  const key = baseOf(src).href;
  if (token === null) tokens.delete(key);
  else tokens.set(key, token);
  for (const listener of [...listeners]) listener();
}

export function tokenFor(base: URL): string | null {
  return tokens.get(base.href) ?? null;
}

/** Throws TypeError for a token that no header can carry: with each request it would only look like no answer. */
export function checkToken(token: string | null): string | null {
  try {
    if (token !== null) new Headers({ Authorization: `Bearer ${token}` });
  } catch {
    throw new TypeError("The token has characters that no header can carry");
  }
  return token === "" ? null : token;
}

/** Calls back when a token was given or taken back; returns what ends that. */
export function onTokens(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
