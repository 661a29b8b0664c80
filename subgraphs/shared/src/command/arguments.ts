import { type ParseArgsConfig, parseArgs } from 'node:util'
import { TENANT_PATTERN } from '../auth/actor.ts'
import { type Outcome, ok, refuse } from '../outcome.ts'
import { FORMATS, type Format } from './files/source.ts'

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

/** The one file that a command line names. */
export const oneFile = ([file, ...others]: readonly string[]): Outcome<string, 'USAGE'> =>
  file === undefined || others.length > 0 ? refuse('USAGE', 'Name one file.') : ok(file)

/** What stands behind `--tenant`; undefined where nothing does. */
export const tenantOption = <T extends string | undefined>(tenant: T): Outcome<T, 'USAGE'> =>
  tenant === undefined || TENANT_PATTERN.test(tenant)
    ? ok(tenant)
    : refuse('USAGE', `--tenant ${tenant}: not the name of a tenant.`)

/** What stands behind `--format`; undefined where nothing does. */
export function formatOption(format: string | undefined): Outcome<Format | undefined, 'USAGE'> {
  const known = FORMATS.find((name) => name === format)
  return format === undefined || known !== undefined
    ? ok(known)
    : refuse('USAGE', `--format ${format}: known are ${FORMATS.join(' and ')}.`)
}

/** What stands behind `--batch`. */
export function batchOption(batch: string, sizeMax: number): Outcome<number, 'USAGE'> {
  const size = /^\d{1,6}$/.test(batch) ? Number(batch) : 0
  return size >= 1 && size <= sizeMax ? ok(size) : refuse('USAGE', `--batch ${batch}: a number from 1 to ${sizeMax}.`)
}
