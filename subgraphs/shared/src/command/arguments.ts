import { type ParseArgsConfig, parseArgs } from 'node:util'
import { TENANT_PATTERN } from '../auth/actor.ts'
import { type Accepted, type Outcome, ok, refuse } from '../outcome.ts'
import { FORMATS, type Format } from './files/source.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ readonly args: string[]; readonly options: T; readonly allowPositionals: true }>
>

/** Every command has it. */
const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const

/** What a command line says; 'help' where that is asked for, or a sentence about what is wrong with it. */
export type ReadArguments<Arguments> = Outcome<Arguments, 'USAGE'> | Accepted<'help'>

/** Options and positional arguments of a command line. Who asks for help is not told what is missing. */
export function parseArguments<const T extends Options>(argv: readonly string[], options: T): ReadArguments<Parsed<T>> {
  try {
    const parsed = parseArgs({ args: [...argv], options: { ...options, ...HELP }, allowPositionals: true })
    // Of options that are not known here the compiler cannot say what was read; `help` is always among it.
    return Reflect.get(parsed.values, 'help') === true ? ok('help') : ok(parsed as Parsed<T>)
  } catch (error) {
    // Node's own words: which option is not known, or lacks its value.
    return refuse('USAGE', error instanceof Error ? error.message : String(error))
  }
}

/** The options of a command line, and the one file that it names. */
export function parseFileArguments<const T extends Options>(
  argv: readonly string[],
  options: T,
): ReadArguments<{ readonly file: string; readonly values: Parsed<T>['values'] }> {
  const parsed = parseArguments(argv, options)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { values, positionals } = parsed.value
  const [file, ...others] = positionals
  return file === undefined || others.length > 0 ? refuse('USAGE', 'Name one file.') : ok({ file, values })
}

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
