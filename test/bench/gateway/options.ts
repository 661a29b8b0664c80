import { parseArgs } from 'node:util'

export interface Options {
  /** How often each contender has its turn. */
  readonly rounds: number
  /** How long one turn is. */
  readonly seconds: number
  /** Ten seconds where there is time: so long the compiler of Node's engine works on, whichever gateway it is. */
  readonly warmUp_s: number
  /** Connections of the comparison. */
  readonly connections: number
  readonly growth: { readonly connections: readonly number[]; readonly workers: readonly number[] }
  readonly million: boolean
  readonly json: string | undefined
}

const numbers = (text: string): number[] => {
  const all = text.split(',').filter(Boolean).map(Number)
  if (all.every((number) => Number.isInteger(number) && number > 0)) return all
  throw new Error(`${text} is no list of whole numbers above 0`)
}

/** Reads the command line. @throws where it names what there is not */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      million: { type: 'boolean', default: false },
      json: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      workers: { type: 'string' },
    },
  })
  const [rounds, seconds, warmUp_s] = values.quick ? [1, 1, 0.5] : [5, 4, 10]
  return {
    rounds: Number(values.rounds ?? rounds),
    seconds: Number(values.seconds ?? seconds),
    warmUp_s,
    connections: 32,
    growth: {
      connections: numbers(values.connections ?? (values.quick ? '' : '10,100,1000')),
      workers: numbers(values.workers ?? (values.quick ? '' : '1,2')),
    },
    million: values.million,
    json: values.json,
  }
}
