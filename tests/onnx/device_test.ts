import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chooseDevice } from "../../lib/onnx/device.ts";

const ROOM = new URL("../../lib/onnx/", import.meta.url);

/** Runs code in a process of its own, since a native library may write past the console. */
async function runAlone(code: string, env: Record<string, string> = {}) {
  const imports = `
    import { chooseDevice } from "${ROOM}device.ts";
    import { nucleus } from "${ROOM}nucleus.ts";
    import { bert } from "${ROOM}models/bert.ts";
    import { Tensor } from "onnxruntime-common";
  `;
  const command = new Deno.Command(Deno.execPath(), { args: ["eval", imports + code], env });
  const { success, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("chooseDevice() gives the CPU when asked for it", async () => {
  assert.deepEqual(await chooseDevice("cpu"), { device: "cpu", passedOver: [] });
});

Deno.test("chooseDevice() rejects a name that is no device", async () => {
  // As a script without type checks could call it.
  await assert.rejects(Reflect.apply(chooseDevice, null, ["gpu"]), TypeError);
});

Deno.test("chooseDevice() reports what auto passed over, and writes nothing", async () => {
  const { success, stdout, stderr } = await runAlone(
    "console.log(JSON.stringify(await chooseDevice()))",
  );
  assert(success, stderr);
  assert.equal(stderr, "");
  const { device, passedOver } = JSON.parse(stdout);
  const order = ["cuda", "webgpu", "cpu"];
  assert.deepEqual(
    passedOver.map((entry: { device: string }) => entry.device),
    order.slice(0, order.indexOf(device)),
  );
  for (const { reason } of passedOver) assert.match(reason, /^\S.*\S$/);
});

Deno.test({
  name: "chooseDevice() rejects a device that does not work",
  ignore: Deno.build.os !== "linux", // Elsewhere no variable hides the GPU.
  fn: async (t) => {
    const hidden = {
      CUDA_VISIBLE_DEVICES: "",
      VK_ICD_FILENAMES: "/none",
      VK_DRIVER_FILES: "/none",
    };
    for (const device of ["cuda", "webgpu"]) {
      await t.step(device, async () => {
        const { stdout } = await runAlone(
          `await chooseDevice("${device}").catch(({ code, message, hint }) =>
            console.log(JSON.stringify({ code, message, hint })))`,
          hidden,
        );
        const { code, message, hint } = JSON.parse(stdout);
        assert.equal(code, "device/unavailable");
        assert.match(message, new RegExp(`^Cannot use ${device}: \\S`));
        assert.match(hint, /needs .* cpu or auto/);
      });
    }
  },
});

// Vulkan in software: slow, but the same provider, shaders and results as on a GPU.
const DRIVER = Deno.env.get("VK_ICD_FILENAMES") ?? "/usr/lib/chromium/vk_swiftshader_icd.json";
const LOADER = Deno.env.get("LD_LIBRARY_PATH") ?? "/usr/lib/chromium";
const MISSING = existsSync(DRIVER) ? "" : ` (skipped: no ${DRIVER}, Debian's chromium has it)`;

Deno.test({
  name: `nucleus() computes on WebGPU what it computes on the CPU${MISSING}`,
  ignore: MISSING !== "",
  fn: async () => {
    const { success, stdout, stderr } = await runAlone(
      `
      const model = bert({ hiddenSize: 64, layers: 2, numAttentionHeads: 4, intermediateSize: 128,
        vocabSize: 100, initializerRange: 0.2 });
      const ids = new Tensor("int64", BigInt64Array.from({ length: 18 }, (_, i) => BigInt(i)), [2, 9]);
      const mask = new Tensor("int64", ids.data.map((id) => id % 9n < 3n ? 0n : 1n), [2, 9]);
      const outputs = [];
      for (const device of ["cpu", "webgpu"]) {
        await using served = await nucleus(model, { device });
        outputs.push((await served.forward(ids, { attentionMask: mask })).data);
      }
      const [cpu, webgpu] = outputs;
      console.log(Math.max(...cpu.map((value, index) => Math.abs(value - webgpu[index]))));
      `,
      { VK_ICD_FILENAMES: DRIVER, LD_LIBRARY_PATH: LOADER, XDG_RUNTIME_DIR: "/tmp" },
    );
    assert(success, stderr);
    assert(Number(stdout) < 1e-4, stdout);
  },
});
