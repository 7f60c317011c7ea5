/** Frames of HTTP/2 (RFC 9113), as a client that has no library writes them. */

const encoder = new TextEncoder();

/** What a client says first. */
export const PREFACE = encoder.encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

const TYPE = { data: 0, headers: 1, settings: 4, windowUpdate: 8 };
const END_STREAM = 1;
const END_HEADERS = 4;

/** The setting SETTINGS_INITIAL_WINDOW_SIZE: how many bytes of an answer we take unasked. */
const INITIAL_WINDOW_SIZE = 4;

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length << 8 | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

/** Settings that leave everything but the window for answers as it is. */
export function settings(windowBytes: number): Uint8Array {
  const payload = new DataView(new ArrayBuffer(6));
  payload.setUint16(0, INITIAL_WINDOW_SIZE);
  payload.setUint32(2, windowBytes);
  return frame(TYPE.settings, 0, 0, new Uint8Array(payload.buffer));
}

/** The start of a gRPC call. */
export function startCall(stream: number, path: string): Uint8Array {
  const headers = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "soak",
    "content-type": "application/grpc",
    "te": "trailers",
  };
  const payload = Object.entries(headers).flatMap(([name, value]) => [
    0, // a header that is written in full and not to be remembered (RFC 7541, 6.2.2)
    ...text(name),
    ...text(value),
  ]);
  return frame(TYPE.headers, END_HEADERS, stream, Uint8Array.from(payload));
}

function text(value: string): number[] {
  return [value.length, ...encoder.encode(value)];
}

/** The one message of a call, as gRPC frames it, in a frame of its own. */
export function message(stream: number, bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(5 + bytes.length);
  new DataView(framed.buffer).setUint32(1, bytes.length);
  framed.set(bytes, 5);
  return frame(TYPE.data, END_STREAM, stream, framed);
}

/** Lets the other side send so many bytes more. */
export function windowUpdate(stream: number, bytes: number): Uint8Array {
  const payload = new DataView(new ArrayBuffer(4));
  payload.setUint32(0, bytes);
  return frame(TYPE.windowUpdate, 0, stream, new Uint8Array(payload.buffer));
}
