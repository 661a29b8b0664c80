import { parseArgs } from 'node:util'

export interface Options {
  /** How often each contender has its turn. */
  readonly rounds: number
  /** How long one turn is, behind a warm-up that is not counted. */
  readonly seconds: number
  /** Of the first round, what a contender asks for counts for so much. */
  readonly warmUpShare: number
  readonly json: string | undefined
}

const WHOLE = { rounds: 5, seconds: 3, warmUpShare: 1 }
/** Says that everything works, and little of how fast. */
const QUICK = { rounds: 1, seconds: 0.4, warmUpShare: 0.25 }

/** Reads the command line. @throws where it names what there is not */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
    },
  })
  const { rounds, seconds, warmUpShare } = values.quick ? QUICK : WHOLE
  return {
    rounds: Number(values.rounds ?? rounds),
    seconds: Number(values.seconds ?? seconds),
    warmUpShare,
    json: values.json,
  }
}
