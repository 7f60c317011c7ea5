/** What a training step is told. */

/** What every optimizer takes. */
interface CommonStepOptions {
  /** How far to go: a positive number. */
  readonly learningRate: number;
  /**
   * Share of each parameter that is taken off it, times the learning rate, in each step: decoupled
   * from the gradient, as by Loshchilov and Hutter (2019). @default {0}
   */
  readonly weightDecay?: number | undefined;
  /**
   * Longest gradient, as one vector of all parameters: a longer one is scaled down to it. Who lets
   * strangers send gradients should set it. @default {Infinity}
   */
  readonly maxGradientNorm?: number | undefined;
}

/** Stochastic gradient descent. */
export interface SgdOptions extends CommonStepOptions {
  readonly optimizer?: "sgd" | undefined;
  /** Share of the step before that is added to this one (Polyak, 1964). @default {0} */
  readonly momentum?: number | undefined;
}

/** Adam (Kingma and Ba, 2015); with `weightDecay`, AdamW. */
export interface AdamOptions extends CommonStepOptions {
  readonly optimizer: "adam";
  /**
   * How slowly the averages of the gradient and of its square forget. @default {[0.9, 0.999]}
   */
  readonly betas?: readonly [first: number, second: number] | undefined;
  /** Added to the root of the averaged square. @default {1e-8} */
  readonly epsilon?: number | undefined;
}

/** Options of a step. A step that chooses another optimizer than the last starts without moments. */
export type StepOptions = SgdOptions | AdamOptions;

/** What came of a step. */
export interface StepReport {
  /** Steps that this optimizer has taken, this one included. */
  readonly steps: number;
  /** Length of the gradient as one vector of all parameters, before it was scaled down. */
  readonly gradientNorm: number;
}

/**
 * Checks options.
 *
 * @throws {RangeError} If a number is out of range.
 * @throws {TypeError} If the optimizer is not known.
 */
export function checkStepOptions(options: StepOptions): void {
  const { learningRate, weightDecay = 0, maxGradientNorm = Infinity } = options;
  requirePositive("learningRate", learningRate);
  if (maxGradientNorm !== Infinity) requirePositive("maxGradientNorm", maxGradientNorm);
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw new RangeError(`weightDecay must not be negative: it is ${weightDecay}`);
  }
  if (options.optimizer === "adam") {
    const { betas = [0, 0], epsilon = 1 } = options;
    requirePositive("epsilon", epsilon);
    for (const beta of betas) requireShare("betas", beta);
    return;
  }
  const { optimizer = "sgd", momentum = 0 } = options;
  if (optimizer !== "sgd") throw new TypeError(`optimizer must be sgd or adam, not ${optimizer}`);
  requireShare("momentum", momentum);
}

function requirePositive(name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new RangeError(`${name} must be a positive number, not ${value}`);
}

function requireShare(name: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new RangeError(`${name} must be from 0 to 1, and less than 1: it is ${value}`);
}
