/**
 * The result of a rule that may refuse. A refusal is data, never an exception: only bugs and outages throw.
 * `field` is the path in the input that the refusal is about, outermost name first (`['input', 'amount']`).
 */
export type Outcome<T, Code extends string> = Accepted<T> | Refused<Code>

export type Accepted<T> = { readonly ok: true; readonly value: T }

export type Refused<Code extends string> = {
  readonly ok: false
  readonly code: Code
  /** A sentence for the person who made the request; says what to change. */
  readonly message: string
  readonly field?: readonly string[]
}

export const ok = <T>(value: T): Accepted<T> => ({ ok: true, value })

export const refuse = <Code extends string>(code: Code, message: string, field?: readonly string[]): Refused<Code> =>
  field === undefined ? { ok: false, code, message } : { ok: false, code, message, field }
