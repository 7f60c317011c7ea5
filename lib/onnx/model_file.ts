/** Tells from its first bytes what a file is that is no ONNX model. */

/** How many bytes, at least, {@linkcode describeFile} should get of a file that has as many. */
export const FIRST_BYTES = 1024;

/**
 * What a file is that cannot be a model, as a sentence; nothing if it may be one. An ONNX file has no
 * mark of its own, but none begins like these.
 *
 * @param first The first bytes of the file, all of it if it is short.
 * @param size How many bytes the file has.
 */
export function describeFile(first: Uint8Array, size: number): string | undefined {
  if (size === 0) return "it is empty";
  return describeMark(first) ?? describeBinary(first, size) ?? describeText(textOf(first));
}

/** Whether a model is in the format of ONNX Runtime itself, `.ort`. */
export function isOrtFormat(first: Uint8Array): boolean {
  return isFlatBuffer(first, "ORTM");
}

/** Kinds of files by the bytes at a place. */
const MARKS: readonly (readonly [what: string, mark: string, offset?: number])[] = [
  ["it is compressed, by gzip", "\x1f\x8b"],
  ["it is compressed, by bzip2", "BZh"],
  ["it is compressed, by xz", "\xfd7zXZ"],
  ["it is compressed, by zstd", "\x28\xb5\x2f\xfd"],
  ["it is a 7z archive", "7z\xbc\xaf"],
  ["it is a tar archive", "ustar", 257],
  ["it is a GGUF file, as llama.cpp takes it", "GGUF"],
  ["it is an HDF5 file, as Keras writes it", "\x89HDF"],
  ["it is a NumPy array", "\x93NUMPY"],
  ["it is a PNG image", "\x89PNG"],
  ["it is a JPEG image", "\xff\xd8\xff"],
  ["it is a PDF document", "%PDF-"],
];

function describeMark(first: Uint8Array): string | undefined {
  return MARKS.find(([, mark, offset = 0]) => has(first, mark, offset))?.[0];
}

/** Whether the bytes at a place are those of a text, one each. */
function has(bytes: Uint8Array, mark: string, offset = 0): boolean {
  return Array.from(mark).every((letter, i) => bytes[offset + i] === letter.charCodeAt(0));
}

function describeBinary(first: Uint8Array, size: number): string | undefined {
  if (has(first, "PK\x03\x04") || has(first, "PK\x05\x06")) {
    // The first file in the archives of PyTorch.
    const isCheckpoint = textOf(first).includes("/data.pkl");
    return isCheckpoint ? "it is a checkpoint of PyTorch" : "it is a zip archive";
  }
  if (isFlatBuffer(first, "TFL3")) return "it is a model of TensorFlow Lite";
  const [mark, protocol = 0] = first;
  if (mark === 0x80 && protocol >= 2 && protocol <= 5) {
    return "it is a pickle of Python, as PyTorch and scikit-learn write it";
  }
  return isSafetensors(first, size)
    ? "it is a safetensors file, which has weights alone"
    : undefined;
}

/** The name of the format follows a small number, which the producer's name in ONNX does not. */
function isFlatBuffer(first: Uint8Array, format: string): boolean {
  return has(first, format, 4) && viewOf(first).getUint32(0, true) < 0x10000;
}

/** The length of a JSON header, in 8 bytes, and the header. */
function isSafetensors(first: Uint8Array, size: number): boolean {
  return has(first, "{", 8) && viewOf(first).getBigUint64(0, true) <= BigInt(size) - 8n;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** What the bytes are as a text, which they need not be. */
function textOf(first: Uint8Array): string {
  const [one, two] = first;
  const isUtf16 = (one === 0xff && two === 0xfe) || (one === 0xfe && two === 0xff);
  if (!isUtf16) return new TextDecoder().decode(first).trimStart();
  return new TextDecoder(one === 0xff ? "utf-16le" : "utf-16be").decode(first).trimStart();
}

function describeText(text: string): string | undefined {
  if (text.startsWith("version https://git-lfs.github.com/spec/")) return describePointer(text);
  if (/^<[a-z!?]/i.test(text)) {
    return /<(!doctype html|html|head|title|body)\b/i.test(text)
      ? "it is an HTML page, such as a server shows where a file is missing or a login is needed"
      : "it is an XML document, such as a server's error";
  }
  return /^[{[]\s*(["{}[\]]|-?\d)/.test(text)
    ? "it is JSON, such as a server's error or a configuration"
    : undefined;
}

function describePointer(text: string): string {
  const [, size] = /^size (\d+)\s*$/m.exec(text) ?? [];
  const amount = size === undefined ? "" : `, of ${formatSize(Number(size))},`;
  return `it is a Git LFS pointer: the model itself${amount} was not fetched; run \`git lfs pull\``;
}

/** For people: `438 MB`. */
export function formatSize(bytes: number): string {
  const [unit, divisor] = SIZES.find(([, least]) => bytes >= least) ?? ["bytes", 1];
  const amount = bytes / divisor;
  return `${amount < 10 && divisor > 1 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

const SIZES = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]] as const;
