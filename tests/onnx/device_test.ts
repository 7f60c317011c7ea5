import assert from "node:assert/strict";
import { chooseDevice } from "../../lib/onnx/device.ts";

const ROOM = new URL("../../lib/onnx/", import.meta.url);

/** Variables that hide all GPUs from a process. */
const HIDDEN_GPUS = {
  CUDA_VISIBLE_DEVICES: "",
  VK_ICD_FILENAMES: "/none",
  VK_DRIVER_FILES: "/none",
};

/** Runs code in a process of its own, since a native library may write past the console. */
async function runAlone(code: string, env: Record<string, string> = {}) {
  const imports = `import { chooseDevice } from "${ROOM}device.ts";\n`;
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
    for (const device of ["cuda", "webgpu"]) {
      await t.step(device, async () => {
        const { stdout } = await runAlone(
          `await chooseDevice("${device}").catch(({ code, message, hint }) =>
            console.log(JSON.stringify({ code, message, hint })))`,
          HIDDEN_GPUS,
        );
        const { code, message, hint } = JSON.parse(stdout);
        assert.equal(code, "device/unavailable");
        assert.match(message, new RegExp(`^Cannot use ${device}: \\S`));
        assert.match(hint, /needs .* cpu or auto/);
      });
    }
  },
});

Deno.test("chooseDevice() offers 16-bit floats on no CPU", async () => {
  await assert.rejects(chooseDevice("cpu", { precision: "float16" }), {
    code: "device/unavailable",
    message: /^Cannot use float16 on cpu: \S/,
    hint: /float32/,
  });
});

Deno.test({
  name: "chooseDevice() says why no device offers 16-bit floats",
  ignore: Deno.build.os !== "linux", // Elsewhere no variable hides the GPU.
  fn: async () => {
    const { stdout } = await runAlone(
      `await chooseDevice("auto", { precision: "float16" }).catch(({ code, message }) =>
        console.log(JSON.stringify({ code, message })))`,
      HIDDEN_GPUS,
    );
    const { code, message } = JSON.parse(stdout);
    assert.equal(code, "device/unavailable");
    assert.match(message, /^Cannot use float16 on cpu: no GPU works: cuda: \S.*; webgpu: \S/);
  },
});
