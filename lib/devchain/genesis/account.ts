import { messageOf } from "../../base/errors.ts";
import { address, publicKeyOf } from "../../domain/address.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { devPublicKeys } from "../scale/crypto.ts";
import { toHex } from "../scale/hex.ts";
import { isDevPath } from "./dev_path.ts";
import type { Field } from "./field.ts";

/** The account that a text names; `field` is where the text stands. */
export type ReadAccount = (text: string, field: Field) => AccountId;

/** A function that reads accounts: addresses, and paths of development accounts. */
export function accountReader(): ReadAccount {
  const publicKeyOfPath = devPublicKeys();
  // Many neurons share a coldkey, and to derive a key takes its time.
  const known = new Map<string, AccountId>();
  return (text, field) => {
    try {
      const account = known.get(text) ??
        toHex(isDevPath(text) ? publicKeyOfPath(text) : publicKeyOf(address(text)));
      known.set(text, account);
      return account;
    } catch (error) {
      return field.fail(
        `an account: ${messageOf(error)}`,
        "an account is an address, or the path of a development account such as //Alice",
      );
    }
  };
}
