/** Worker that runs one cipher request and answers with its result. */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { type CipherRequest, runCipher } from "./cipher.ts";

self.onmessage = async ({ data }: MessageEvent<CipherRequest>) => {
  const reply = await runCipher(data);
  // Handed over, not copied: a copy of a secret would stay behind.
  self.postMessage(reply, reply.kind === "done" ? [reply.bytes.buffer as ArrayBuffer] : []);
};
