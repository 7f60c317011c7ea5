import assert from "node:assert/strict";
import fc from "fast-check";
import { passwordStrength } from "../../lib/wallet/password_strength.ts";
import { judgeNewPassword } from "../../lib/wallet/prompt.ts";
import seedEra from "../vectors/wallet.json" with { type: "json" };

Deno.test("passwordStrength() agrees with the original measure", () => {
  for (const { password, effective = 0 } of seedEra.password_policy) {
    assert(Math.abs(passwordStrength(password) - 100 * effective) < 1e-6, password);
  }
});

Deno.test("passwordStrength() stays between 0 and 100", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (password) => {
    const strength = passwordStrength(password);
    assert(strength >= 0 && strength <= 100);
  }));
});

Deno.test("judgeNewPassword() takes and refuses the same passwords as the original", () => {
  for (const { password, accepted } of seedEra.password_policy) {
    assert.equal(judgeNewPassword(password) === true, accepted, password);
  }
});
