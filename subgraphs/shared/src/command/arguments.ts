import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type Outcome, ok, refuse } from '../outcome.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ readonly args: string[]; readonly options: T; readonly allowPositionals: true }>
>

/** Options and positional arguments of a command line, or a sentence about what is wrong with it. */
export function parseArguments<const T extends Options>(
  argv: readonly string[],
  options: T,
): Outcome<Parsed<T>, 'USAGE'> {
  try {
    return ok(parseArgs({ args: [...argv], options, allowPositionals: true }))
  } catch (error) {
    // Node's own words: which option is not known, or lacks its value.
    return refuse('USAGE', error instanceof Error ? error.message : String(error))
  }
}
