import { DrizzleQueryError } from 'drizzle-orm/errors'
import postgres from 'postgres'

/** SQLSTATE class of data that cannot be read or is out of range: the server repeats it in its message, in quotes. */
const DATA_EXCEPTION = '22'

/**
 * A text about an error without the values that its statements were bound to, which are customers' data: Drizzle writes
 * all of them into its message, and the server the one that it could not read.
 */
export function withoutValues(text: string, error: unknown): string {
  let kept = text
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof DrizzleQueryError) kept = kept.replaceAll(`\nparams: ${inner.params}`, '')
    if (inner instanceof postgres.PostgresError && inner.code.startsWith(DATA_EXCEPTION)) {
      const { message } = inner
      kept = kept.replaceAll(message, () => message.replace(/".*"/s, '"…"'))
    }
  }
  return kept
}

/** Where a bug was met, with its causes and without the values of statements: for a person at a terminal. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stacks: string[] = []
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause)
    stacks.push(withoutValues(inner.stack ?? inner.message, error))
  return stacks.join('\ncaused by: ')
}
