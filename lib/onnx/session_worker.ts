/** Worker that holds a model, so that the thread that asks stays free while the model computes. */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { buffersOf, SessionHost, type SessionRequest } from "./session_host.ts";

const host = new SessionHost();
let previous = Promise.resolve();

// One after the other, so that the replies come in the order of the requests.
self.onmessage = ({ data }: MessageEvent<SessionRequest>) => {
  previous = previous.then(() => reply(data));
};

async function reply(request: SessionRequest): Promise<void> {
  const answer = await host.answer(request);
  self.postMessage(answer, answer.kind === "ran" ? buffersOf(answer.outputs) : []);
}
