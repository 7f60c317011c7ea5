/** Asking neurons from the command line, and what is shown of their answers. */

import * as bittensor from "../mod.ts";
import type { CommandContext } from "./context.ts";
import { waitOptions } from "./session.ts";
import { withProgressBar } from "./view/progress.ts";
import { formatTable } from "./view/table.ts";

/** What a neuron answered. */
export interface AnswerRow {
  readonly uid: number;
  readonly address: string;
  /** Name of the return code. */
  readonly code: string;
  readonly milliseconds: number;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
}

/** Answers, and how long they took together. */
export interface QueryReport {
  readonly answers: readonly AnswerRow[];
  readonly roundTrip: bittensor.Distribution | null;
}

/** Sends a text to endpoints, and shows a table of their answers. */
export async function queryText(
  context: CommandContext,
  { wallet, endpoints, text }: {
    readonly wallet: bittensor.Wallet;
    readonly endpoints: readonly bittensor.Endpoint[];
    readonly text: string;
  },
): Promise<QueryReport> {
  await using dendrite = bittensor.dendrite({ wallet });
  let answered = 0;
  const wait = await waitOptions(context);
  const bar = { label: "Dendrite", total: endpoints.length, visible: context.interactive };
  const { representations, codes, times } = await withProgressBar(
    bar,
    (update) =>
      dendrite.forwardText({
        endpoints,
        inputs: text,
        ...wait,
        onAnswer: () => update(++answered),
      }),
  );
  const answers = representations.map((representation, index): AnswerRow => {
    const array = bittensor.fromTensor(representation);
    return {
      uid: endpoints[index]!.uid,
      address: bittensor.formatEndpoint(endpoints[index]!),
      code: bittensor.returnCodeName(codes[index]!),
      milliseconds: times[index]!,
      shape: representation.dims,
      mean: Number(array.mean()),
      std: Number(array.std()),
    };
  });
  const roundTrip = bittensor.distribution(times);
  context.print(formatAnswers(answers, context.width));
  if (roundTrip !== null) context.print(formatRoundTrip(roundTrip));
  return { answers, roundTrip };
}

function formatAnswers(answers: readonly AnswerRow[], width: number): string {
  return formatTable(
    ["uid", "address", "return code", "ms", "shape", "mean", "std"],
    answers.map(({ uid, address, code, milliseconds, shape, mean, std }) => [
      uid,
      address,
      code,
      Math.round(milliseconds),
      `[${shape.join(", ")}]`,
      mean.toFixed(4),
      std.toFixed(4),
    ]),
    width,
  );
}

function formatRoundTrip({ p50, p90, p99, max }: bittensor.Distribution): string {
  const [half, most, nearlyAll, all] = [p50, p90, p99, max].map((ms) => ms.toFixed(1));
  return `Round trip in ms: p50 ${half}, p90 ${most}, p99 ${nearlyAll}, max ${all}`;
}
