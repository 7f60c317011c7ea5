/** What a neuron understands; numbers as on the wire and on chain. */
export const Modality = { TEXT: 0, IMAGE: 1, TENSOR: 2 } as const;

/** One of the values of {@linkcode Modality}. */
export type Modality = typeof Modality[keyof typeof Modality];

/** The name of a modality, such as `TEXT`; `UNKNOWN` for another number. */
export function modalityName(modality: number): string {
  return Object.keys(Modality)[modality] ?? "UNKNOWN";
}
