// Why this page can't read from an appliance on another site. The browser tells a script only that it failed, so that
// no page can look around in a network; what can be found out is found out here.

const PROBE_LIMIT_MILLISECONDS = 5_000;

/** A sentence for people, or null when it is as it seems: nothing answers there. */
export async function whyUnreadable(base: URL): Promise<string | null> {
  if (base.origin === location.origin) return null;
  if (isMixed(base)) return `A page over https may not read from ${base.origin}. Let the appliance be reached over https.`;
  const blocked = watchPolicy(base);
  try {
    // Its answer stays closed to this page, but that there is one can be told.
    await fetch(new URL("livez", base), {
      mode: "no-cors",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PROBE_LIMIT_MILLISECONDS),
    });
    return `${base.host} answers, but does not let pages of ${location.origin} read. Its setting allowed_origins has to name that origin.`;
  } catch {
    return (await blocked.seen()) ? `The Content-Security-Policy of this page does not allow connections to ${base.origin}. Its connect-src has to.` : null;
  } finally {
    blocked.end();
  }
}

/** Browsers refuse http to a page that came over https, except on the same machine. */
function isMixed(base: URL): boolean {
  const isLocal = base.hostname === "localhost" || base.hostname === "[::1]" || base.hostname.startsWith("127.");
  return location.protocol === "https:" && base.protocol === "http:" && !isLocal;
}

function watchPolicy(base: URL): { seen(): Promise<boolean>; end(): void } {
  let isBlocked = false;
  const note = (event: SecurityPolicyViolationEvent): void => {
    isBlocked ||= event.effectiveDirective === "connect-src" && event.blockedURI.startsWith(base.origin);
  };
  document.addEventListener("securitypolicyviolation", note);
  return {
    // The event comes in a task of its own, after fetch has failed.
    seen: () => new Promise((resolve) => setTimeout(() => resolve(isBlocked), 50)),
    end: () => document.removeEventListener("securitypolicyviolation", note),
  };
}
