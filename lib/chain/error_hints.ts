/** What to do about errors of the chain, by its own names for them. */

const HINTS: Readonly<Record<string, string>> = {
  "SubtensorModule.InvalidIpType": "pass an IPv4 or IPv6 address",
  "SubtensorModule.InvalidIpAddress":
    "pass the address under which others reach the neuron; 127.0.0.1 and ::1 are none",
  "SubtensorModule.InvalidModality": "this chain takes neurons of modality TEXT only",
  "SubtensorModule.ToManySubscriptionsThisBlock": "try again in the next block",
  "SubtensorModule.WeightVecNotEqualSize": "pass one weight for each uid",
  "SubtensorModule.DuplicateUids": "pass each uid once",
  "SubtensorModule.InvalidUid": "pass uids of neurons that exist: 0 to n - 1",
  "SubtensorModule.NotActive": "the hotkey has no neuron: subscribe it first",
  "SubtensorModule.NonAssociatedColdKey": "use the coldkey with which the hotkey subscribed first",
  "SubtensorModule.NotEnoughStaketoWithdraw": "remove at most the stake of the neuron",
  "SubtensorModule.NotEnoughBalanceToStake": "add at most the free balance of the coldkey",
  "SubtensorModule.BalanceWithdrawalError":
    "add less: 500 rao must stay, which keep the account alive",
  "Balances.InsufficientBalance": "pass a smaller amount: the fee comes on top of it",
  "Balances.ExistentialDeposit": "pass a larger amount: an account holds 500 rao at least",
  "Balances.KeepAlive": "pass a smaller amount: 500 rao must stay, which keep the account alive",
};

/** What to do about an error of the chain, such as `SubtensorModule.NotActive`, if we know. */
export function hintFor(chainError: string): string | undefined {
  return HINTS[chainError];
}
