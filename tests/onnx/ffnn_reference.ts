/** The FFNN in plain 64-bit arithmetic: what the ONNX graph is compared with. */

import { dense, type Vector, type Weights } from "./reference_layers.ts";

/** One colour of an image: rows of pixels. */
type Plane = number[][];

export interface ReferenceConfig {
  readonly imageSize: number;
  readonly numChannels: number;
  readonly firstFilters: number;
  readonly secondFilters: number;
  readonly kernelSize: number;
}

/** The representation of one image, whose pixels are row-major, colour by colour. */
export function referenceFfnn(
  weights: Weights,
  config: ReferenceConfig,
  pixels: readonly number[],
): Vector {
  const { imageSize, numChannels, firstFilters, secondFilters } = config;
  const pixel = (channel: number, row: number, column: number) =>
    pixels[(channel * imageSize + row) * imageSize + column]!;
  const image = range(numChannels).map((channel) =>
    range(imageSize).map((row) => range(imageSize).map((column) => pixel(channel, row, column)))
  );
  const first = filtered(weights, "conv1", config, image, firstFilters);
  const second = filtered(weights, "conv2", config, first, secondFilters);
  const hidden = dense(weights, "hidden1", second.flat(2)).map(relu);
  return dense(weights, "hidden2", hidden);
}

/** A convolution without padding, ReLU, and the maximum of each 2 × 2 pixels. */
function filtered(
  weights: Weights,
  name: string,
  { kernelSize }: ReferenceConfig,
  planes: readonly Plane[],
  filters: number,
): Plane[] {
  const [kernel, bias] = [weights(`${name}.weight`), weights(`${name}.bias`)];
  const sum = (filter: number, row: number, column: number) => {
    let total = bias[filter]!;
    for (const [channel, plane] of planes.entries()) {
      for (const y of range(kernelSize)) {
        for (const x of range(kernelSize)) {
          const place = ((filter * planes.length + channel) * kernelSize + y) * kernelSize + x;
          total += kernel[place]! * plane[row + y]![column + x]!;
        }
      }
    }
    return relu(total);
  };
  const pooledSize = Math.floor((planes[0]!.length - kernelSize + 1) / 2);
  const corners = (row: number, column: number) =>
    [[0, 0], [0, 1], [1, 0], [1, 1]].map(([y, x]) => [2 * row + y!, 2 * column + x!] as const);
  return range(filters).map((filter) =>
    range(pooledSize).map((row) =>
      range(pooledSize).map((column) =>
        Math.max(...corners(row, column).map(([y, x]) => sum(filter, y, x)))
      )
    )
  );
}

function relu(value: number): number {
  return Math.max(value, 0);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
