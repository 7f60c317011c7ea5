/**
 * Which web pages may reach the node. A browser lets the page of any site open a WebSocket to this
 * machine; it says from which site, in the header `Origin`, and leaves it to the server to refuse.
 */

/** Origins that are let in beside the pages of this machine; `"*"` lets in all. */
export type AllowedOrigins = readonly string[];

/**
 * Checks the origins of an option.
 *
 * @throws {RangeError} If one is no origin, such as `https://host` or `https://host:port`.
 */
export function checkOrigins(origins: AllowedOrigins): AllowedOrigins {
  for (const origin of origins) {
    if (origin === "*" || originOf(origin) === origin) continue;
    throw new RangeError(
      `Cannot let in the origin ${origin}: write it as https://host or https://host:port, or *`,
    );
  }
  return origins;
}

/** Whether a request comes from a program, from a page of this machine, or from an allowed one. */
export function isLetIn({ headers }: Request, allowed: AllowedOrigins): boolean {
  const origin = headers.get("origin");
  // Programs send none; a browser always does, "null" where it will not say.
  if (origin === null || allowed.includes("*") || allowed.includes(origin)) return true;
  return isOfThisMachine(origin);
}

/** What tells a browser that the page which asked may read the answer. */
export function corsHeaders({ headers }: Request): Record<string, string> {
  const origin = headers.get("origin");
  return origin === null ? {} : { "access-control-allow-origin": origin, vary: "origin" };
}

/** The answer to a browser that asks first whether its page may send JSON. */
export function answerPreflight(request: Request): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request),
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "content-type",
      "access-control-allow-private-network": "true",
      "access-control-max-age": "600",
    },
  });
}

function isOfThisMachine(origin: string): boolean {
  const url = URL.parse(origin);
  if (!url || originOf(origin) === undefined) return false;
  const { hostname } = url;
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The origin that a URL has, if it is one of the web. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}
