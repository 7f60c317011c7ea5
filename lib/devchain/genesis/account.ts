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
  return (text, field) => {
    if (isDevPath(text)) return toHex(publicKeyOfPath(text));
    try {
      return toHex(publicKeyOf(address(text)));
    } catch (error) {
      return field.fail(
        `an account: ${messageOf(error)}`,
        "an account is an address, or the path of a development account such as //Alice",
      );
    }
  };
}
