import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'
import pretty from 'pino-pretty'
import { correlationId } from './correlation.ts'
import { withoutValues } from './db/without-values.ts'
import { currentSpan } from './telemetry/current-span.ts'

export type Log = Logger

export type LogOptions = {
  /** The name of the service, in every line. */
  readonly service: string
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Coloured lines for a person at a terminal, instead of JSON. */
  readonly pretty?: boolean
  /** Where lines go; standard output unless a test collects them. */
  readonly destination?: DestinationStream
}

/**
 * JSON lines on standard output with time, level, service, and the correlation id and the trace of the work in hand;
 * secrets replaced by `[redacted]`.
 */
export function createLog({ service, level = 'info', pretty: forPeople = false, destination }: LogOptions): Log {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const id = correlationId()
      const traceId = currentSpan()?.spanContext().traceId
      return { ...(id !== undefined && { correlationId: id }), ...(traceId !== undefined && { traceId }) }
    },
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { err: errorForLog },
  }
  // Synchronous, so that the line that says why a process ends is written before it ends.
  const lines = destination ?? pino.destination({ dest: 1, sync: true })
  if (!forPeople) return pino(options, lines)
  const print = pretty.prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss.l' })
  return pino(options, { write: (line) => lines.write(print(line)) })
}

/**
 * The error with its causes, but without the values of a failed statement, which are customers' data: those that it was
 * bound to, and the row or the text that the server shows beside its message.
 */
function errorForLog(error: Error) {
  const { message, stack, params, parameters, detail, where, ...rest } = stdSerializers.err(error)
  return { ...rest, message: withoutValues(message, error), stack: withoutValues(stack, error) }
}

const SECRET_KEYS = [
  'authorization',
  'signature',
  '["x-carriergraph-signature"]',
  'password',
  'secret',
  'secrets',
  'token',
  'cookie',
  'SIGNING_KEYS',
]
/** How deep below the logged object a secret's key is looked for. */
const REDACTION_DEPTH = 4

const REDACTED = SECRET_KEYS.flatMap((key) =>
  Array.from({ length: REDACTION_DEPTH }, (_, depth) => {
    const parents = Array.from({ length: depth }, () => '*').join('.')
    if (parents === '') return key
    return key.startsWith('[') ? `${parents}${key}` : `${parents}.${key}`
  }),
)
