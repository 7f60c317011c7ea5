import assert from "node:assert/strict";
import { existsSync } from "node:fs";

// Vulkan in software: slow, but the same provider, shaders and results as on a GPU.
const DRIVER = Deno.env.get("VK_ICD_FILENAMES") ?? "/usr/lib/chromium/vk_swiftshader_icd.json";
const LOADER = Deno.env.get("LD_LIBRARY_PATH") ?? "/usr/lib/chromium";
const MISSING = existsSync(DRIVER) ? "" : ` (skipped: no ${DRIVER}, Debian's chromium has it)`;

/** Runs Deno with the driver, in a process of its own, since native libraries keep what they find. */
async function runWithDriver(...args: readonly string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("../..", import.meta.url),
    env: {
      VK_ICD_FILENAMES: DRIVER,
      LD_LIBRARY_PATH: LOADER,
      XDG_RUNTIME_DIR: "/tmp",
      BITTENSOR_TEST_DEVICE: "webgpu",
      NO_COLOR: "1",
    },
  });
  const { success, stdout, stderr } = await command.output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(success, `${output}${errors}`);
  return output!;
}

Deno.test({
  name: `models compute on WebGPU what they compute on the CPU${MISSING}`,
  ignore: MISSING !== "",
  fn: async () => {
    const files = ["bert", "gpt2", "ffnn"].map((name) => `tests/onnx/${name}_test.ts`);
    // One test of each model, with one shape: the driver compiles for each, which takes seconds.
    const filter = "--filter=/ignores masked|two convolutions/";
    const output = await runWithDriver("test", "-P=test", "--no-check", filter, ...files);
    assert.match(output, /3 passed/);
  },
});

Deno.test({
  name: `chooseDevice() tries WebGPU, and its 16-bit floats${MISSING}`,
  ignore: MISSING !== "",
  fn: async () => {
    const code = `
      import { chooseDevice } from "${new URL("../../lib/onnx/device.ts", import.meta.url)}";
      const choose = (precision) => chooseDevice("webgpu", { precision })
        .then(() => "works", ({ message }) => message);
      console.log(JSON.stringify([await choose("float32"), await choose("float16")]));
    `;
    const [float32, float16] = JSON.parse(await runWithDriver("eval", code));
    assert.equal(float32, "works");
    // SwiftShader has none; a GPU may.
    assert.match(float16, /^works$|^Cannot use float16 on webgpu: .*f16/s);
  },
});
