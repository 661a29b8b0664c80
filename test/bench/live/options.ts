import { parseArgs } from 'node:util'

export interface Options {
  /** How often each contender has its turn. */
  readonly rounds: number
  readonly subscribers: number
  /** Events of one turn. */
  readonly events: number
  /** Subscribers whose gateway is killed. */
  readonly resuming: number
  readonly json: string | undefined
}

/** Reads the command line. @throws where it names what there is not */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      rounds: { type: 'string' },
      subscribers: { type: 'string' },
    },
  })
  const [rounds, subscribers, resuming] = values.quick ? [1, 2_000, 500] : [3, 10_000, 5_000]
  return {
    rounds: Number(values.rounds ?? rounds),
    subscribers: Number(values.subscribers ?? subscribers),
    events: 5,
    resuming,
    json: values.json,
  }
}
