/** Worker that runs one cipher request and answers with its result. */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { type CipherRequest, runCipher } from "./sodium.ts";

self.onmessage = async ({ data }: MessageEvent<CipherRequest>) => {
  self.postMessage(await runCipher(data));
};
