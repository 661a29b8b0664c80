import { digestOf } from '@carriergraph/shared/signature/canonical.ts'
import { createErrorList } from '../error-list.ts'
import type { CallSubgraph, Run, Step, SubgraphAnswer } from '../run.ts'
import { Surprise, surprised } from './surprise.ts'
import type { WriteTexts } from './writer.ts'

/** What answers a request, or went before its answer. */
export interface Attempt {
  /** JSON of `data`, and there is no error; undefined where other texts came than were expected. */
  readonly json: string | undefined
  /** Asks subgraphs; what was asked during the attempt is not asked again, but answered as it was. */
  readonly call: CallSubgraph
}

/** Runs a plan by texts that are taken over. Undefined while that seems to be in vain. */
export type TryVerbatim = (asking: Pick<Run, 'variables' | 'coerced' | 'call'>) => Promise<Attempt> | undefined

/** As much as is believed in an operation's attempts, at most and at first. */
const TRUST_MAX = 16
/** What one in vain costs. */
const LOSS = 4
/** Of so many requests one is an attempt while nothing is believed. */
const PROBE_EVERY = 256

/**
 * A request whose attempt fails is answered by values, from the same answers: that costs as much again. So it is not tried
 * for long with subgraphs that lay their answers out in another way, or that often have errors to tell.
 */
export function createTryVerbatim(step: Step, write: WriteTexts): TryVerbatim {
  let trust = TRUST_MAX
  let passed = 0

  async function answered(run: Run): Promise<string | undefined> {
    try {
      await step(run, [run.data])
      return run.errors.isFull ? undefined : write(run.data)
    } catch (error) {
      if (error instanceof Surprise) return undefined
      throw error
    }
  }

  return (asking) => {
    if (trust === 0 && ++passed % PROBE_EVERY !== 0) return undefined
    const { first, again } = remembered(asking.call)
    const run: Run = { ...asking, call: first, data: {}, errors: createErrorList(new Map(), 1) }
    return answered(run).then((json) => {
      trust = json === undefined ? Math.max(trust - LOSS, 0) : Math.min(trust + 1, TRUST_MAX)
      return { json, call: again }
    })
  }
}

/** A call that was made: once it is answered by texts, nothing large of it is kept but the text of its answer. */
interface MadeCall {
  readonly subgraph: string
  asked: { readonly body: string } | { readonly digest: string }
  values: () => SubgraphAnswer | Promise<SubgraphAnswer>
}

/** Calls that want texts, none any more once something else came; and calls after these, which want values. */
function remembered(call: CallSubgraph): { readonly first: CallSubgraph; readonly again: CallSubgraph } {
  const made: MadeCall[] = []
  let isOver = false

  return {
    async first(subgraph, body, fetch) {
      if (isOver) surprised()
      const answer = call(subgraph, body, fetch)
      // What cannot be used stays as it is, a failure included.
      const one: MadeCall = { subgraph, asked: { body }, values: async () => valuesOf(await answer) }
      made.push(one)
      const { verbatim } = await answer
      if (verbatim === undefined) {
        isOver = true
        surprised()
      }
      one.asked = { digest: verbatim.digest }
      one.values = verbatim.values
      return { data: verbatim.texts }
    },
    async again(subgraph, body, fetch) {
      const digest = digestOf(body)
      const before = made.find(
        ({ subgraph: name, asked }) =>
          name === subgraph && ('body' in asked ? asked.body === body : asked.digest === digest),
      )
      return before === undefined ? call(subgraph, body, fetch) : before.values()
    },
  }
}

const valuesOf = (answer: SubgraphAnswer): SubgraphAnswer => answer.verbatim?.values() ?? answer
