import { parseArgs } from 'node:util'

/** With it the whole test takes under two minutes on two cores that others use as well. */
const SECONDS = 40
const SEEDS = 2 ** 31

export type Options = {
  readonly seed: number
  /** How long kills go on. */
  readonly duration_ms: number
  readonly json: string | undefined
  /** Whether to put what was found into docs/bank-test.md. */
  readonly writesDocs: boolean
}

/** Reads the command line. @throws where it names what there is not */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seconds: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  return {
    seed: whole('seed', values.seed) ?? Math.floor(Math.random() * SEEDS),
    duration_ms: (whole('seconds', values.seconds) ?? SECONDS) * 1_000,
    json: values.json,
    writesDocs: values.write,
  }
}

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text)) throw new RangeError(`--${name} takes a whole number, not ${JSON.stringify(text)}.`)
  return Number(text)
}
