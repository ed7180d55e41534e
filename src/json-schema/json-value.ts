import { isRecord } from './check-schema.ts'

/** The text of a JSON value, the same for equal ones, in whatever order their members are. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )

/** Whether two JSON values are equal. */
export const isEqual = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'object' && typeof other === 'object' && textOf(one) === textOf(other))

/** Whether no two of the values are equal. */
export const areUnique = (list: readonly unknown[]): boolean => new Set(list.map(textOf)).size === list.length

/** Whether a number is a multiple of another, as both are written in decimals: 19.99 is 1,999 times 0.01. */
export function isMultipleOf(value: number, step: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(step)) return value % step === 0
  if (!Number.isFinite(value)) return false
  const [digits, exponent] = decimal(value)
  const [stepDigits, stepExponent] = decimal(step)
  const least = Math.min(exponent, stepExponent)
  return (digits * 10n ** BigInt(exponent - least)) % (stepDigits * 10n ** BigInt(stepExponent - least)) === 0n
}

/** A number as its digits, and the power of ten to multiply them with. */
function decimal(value: number): [digits: bigint, exponent: number] {
  const [, whole = '', fraction = '', exponent] = /^(-?\d)\.?(\d*)e(.+)$/.exec(value.toExponential()) ?? []
  return [BigInt(whole + fraction), Number(exponent) - fraction.length]
}
