/** Digits after the point of DecimalNumber, the type of control sums: more than any amount has. */
const SCALE = 17

/** Adds up decimals as they are written, exactly and whatever their currencies, as ISO 20022 sums what it controls. */
export class ControlSum {
  #scaled = 0n

  /** A decimal that its type has admitted: an optional sign, digits, and a point among them. */
  add(decimal: string): void {
    this.#scaled += scaled(decimal)
  }

  equals(decimal: string): boolean {
    return this.#scaled === scaled(decimal)
  }

  /** The shortest text with two digits after the point or more. */
  get text(): string {
    const digits = this.#scaled.toString().padStart(SCALE + 1, '0')
    return `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE).replace(/0{1,15}$/, '')}`
  }
}

function scaled(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.replace(/^[+-]/, '').split('.')
  const magnitude = BigInt(whole + fraction.padEnd(SCALE, '0'))
  return decimal.startsWith('-') ? -magnitude : magnitude
}
