import { parseArgs } from 'node:util'

export interface Options {
  /** How often each contender has its turn. */
  readonly rounds: number
  /** How long one turn is, behind some seconds that are not counted. */
  readonly seconds: number
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
      seconds: { type: 'string' },
    },
  })
  const [rounds, seconds] = values.quick ? [1, 1.5] : [5, 3]
  return { rounds: Number(values.rounds ?? rounds), seconds: Number(values.seconds ?? seconds), json: values.json }
}
