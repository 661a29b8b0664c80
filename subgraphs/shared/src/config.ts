import { z } from 'zod'
import { TIMER_MS_MAX } from './clock.ts'
import { StartupFault } from './startup-fault.ts'

/** All that is wrong with the environment, one line a variable. Values of secrets are never in it. */
export class ConfigError extends StartupFault {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(['The configuration is wrong:', ...faults.map((fault) => `  ${fault}`)].join('\n'))
    this.faults = faults
  }

  override get name(): string {
    return 'ConfigError'
  }
}

/**
 * Reads an object schema, keyed by variable name, from the environment. An empty variable counts as unset, because
 * that is what `FOO=` in a compose file means.
 * @throws ConfigError that lists every fault at once, so that a deployment is mended in one round
 */
export function readConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv = process.env): z.output<S> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''))
  const result = schema.safeParse(set, { error: missing })
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
  throw new ConfigError([...new Set(faults)])
}

/** Zod's last word on an issue that no schema has a message for; a field's own message goes first. */
const missing = (issue: z.core.$ZodRawIssue): string | undefined =>
  issue.input === undefined ? 'is missing, expected a value' : undefined

/** Adds what is expected to "is missing", and hands the text on to `read`, which names its own faults. */
function field<T>(expected: string, read: (text: string, fault: (problem: string) => undefined) => T | undefined) {
  return z.string({ error: `is missing, expected ${expected}` }).transform((text, context): T => {
    const fault = (problem: string): undefined => {
      context.addIssue({ code: 'custom', message: `${problem}, expected ${expected}` })
    }
    const value = read(text.trim(), fault)
    return value === undefined ? z.NEVER : value
  })
}

/** A TCP port; 0 lets the system choose a free one. */
export const port = field('a port number from 0 to 65535', (text, fault) => {
  const value = wholeNumber(text)
  return value !== undefined && value <= 65_535 ? value : fault(`is ${JSON.stringify(text)}`)
})

const duration = (unit: string, max: number) =>
  field(`a whole number of ${unit}, at most ${max}`, (text, fault) => {
    const value = wholeNumber(text)
    return value !== undefined && value <= max ? value : fault(`is ${JSON.stringify(text)}`)
  })

/** A duration in ms, written as a whole number. */
export const ms = duration('milliseconds', TIMER_MS_MAX)

/** A duration in s, written as a whole number. */
export const seconds = duration('seconds', Math.floor(TIMER_MS_MAX / 1_000))

/** What a service runs for. A word that nobody knows would leave the guards of production off. */
export const nodeEnv = z.enum(['production', 'development', 'test'])

export const bool = field('true or false', (text, fault) => {
  const value = BOOLEANS.get(text.toLowerCase())
  return value ?? fault(`is ${JSON.stringify(text)}`)
})

/** A comma-separated list without empty entries. */
export const csv = field('a comma-separated list', (text, fault): readonly string[] | undefined => {
  const entries = splitList(text)
  return entries.length > 0 ? entries : fault('has no entries')
})

/** A URL with one of these protocols, such as `'postgres:'`. Never echoed in a fault: it may carry a password. */
export const urlOf = (...protocols: readonly [string, ...string[]]) =>
  field(`a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}`, (text, fault) => {
    if (!URL.canParse(text)) return fault('is not a URL')
    const { protocol } = new URL(text)
    return protocols.includes(protocol) ? text : fault(`is a ${protocol} URL`)
  })

export const url = urlOf('http:', 'https:')

/** One that is fetched: `fetch` takes no user and password, and repeats them in the error that says so. */
export const urlToFetch = url.refine((text) => {
  const { username, password } = new URL(text)
  return username === '' && password === ''
}, 'has a user or a password in it, expected neither')

/** A secret with the short public name under which it is rotated. */
export type NamedSecret = { readonly kid: string; readonly secret: string }

/** Secrets for rotation, the one in use first. Faults tell the position of an entry and nothing of its text. */
export const secretsList = field(
  'name:secret[,name2:secret2], each secret of 32 characters or more',
  (text, fault): readonly [NamedSecret, ...NamedSecret[]] | undefined => {
    const secrets: NamedSecret[] = []
    for (const [index, entry] of splitList(text).entries()) {
      const [, kid, secret] = /^([A-Za-z0-9_-]{1,32}):(.+)$/.exec(entry) ?? []
      if (kid === undefined || secret === undefined) return fault(`entry ${index + 1} is not name:secret`)
      if (secret.length < SECRET_LENGTH_MIN) return fault(`the secret of entry ${index + 1} is too short`)
      if (secrets.some((known) => known.kid === kid)) return fault(`entry ${index + 1} repeats a name`)
      secrets.push({ kid, secret })
    }
    const [first, ...rest] = secrets
    return first === undefined ? fault('has no entries') : [first, ...rest]
  },
)

/** An HMAC-SHA-256 key shorter than its output is the weakest part of it. */
const SECRET_LENGTH_MIN = 32

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
])

const wholeNumber = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
