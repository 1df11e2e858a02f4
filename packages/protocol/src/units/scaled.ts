/**
 * `64.1` times 1e9 without the rounding of binary fractions (in doubles that is 64099999999.99999).
 * Undefined when the product is not whole or over 2^53 − 1.
 */
export function scaled(decimal: string, factor: number): number | undefined {
  const [whole = '', fraction = ''] = decimal.split('.');
  const divisor = 10n ** BigInt(fraction.length);
  const product = BigInt(whole + fraction) * BigInt(factor);
  if (product % divisor !== 0n) return undefined;
  const value = Number(product / divisor);
  return Number.isSafeInteger(value) ? value : undefined;
}
