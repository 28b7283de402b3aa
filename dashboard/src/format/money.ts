/** Money is an integer of nano-USD (1e-9 USD) everywhere; only here it becomes text. */

const NANO = 1_000_000_000n;

/**
 * As many digits as the amount needs and no fewer than cents: `$0.00`, `$0.000042`, `$1,284.50`.
 *
 * Amounts of a dollar and more are rounded to cents, smaller ones to three significant digits, half up.
 */
export function formatUsd(nanousd: number): string {
  const negative = nanousd < 0;
  const amount = BigInt(Math.abs(Math.round(nanousd)));
  const digits = amount >= NANO ? 2 : fractionDigits(amount);
  const unit = 10n ** BigInt(9 - digits);
  const rounded = (amount + unit / 2n) / unit;
  const scale = 10n ** BigInt(digits);
  const whole = (rounded / scale).toLocaleString("en-US");
  const fraction = (rounded % scale).toString().padStart(digits, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${negative ? "−" : ""}$${whole}.${fraction}`;
}

/** Every digit that is stored: `$0.000000042`. For the title of a rounded amount. */
export function formatUsdExactly(nanousd: number): string {
  const amount = BigInt(Math.abs(Math.round(nanousd)));
  const fraction = (amount % NANO).toString().padStart(9, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${nanousd < 0 ? "−" : ""}$${(amount / NANO).toLocaleString("en-US")}.${fraction}`;
}

/** What a person types as an amount of USD (`12`, `0.5`, `1,000.25`) in nano-USD; null when it is none. */
export function parseUsd(typed: string): number | null {
  const text = typed.trim().replace(/^\$/, "").replaceAll(",", "");
  if (!/^\d{1,9}(\.\d{0,9})?$/.test(text)) return null;
  const [whole = "0", fraction = ""] = text.split(".");
  return Number(BigInt(whole) * NANO + BigInt(fraction.padEnd(9, "0")));
}

/** Cents, or for less than a dollar as far as the third significant digit. */
function fractionDigits(amount: bigint): number {
  if (amount === 0n) return 2;
  const leadingZeros = 9 - amount.toString().length;
  return Math.min(9, Math.max(2, leadingZeros + 3));
}
