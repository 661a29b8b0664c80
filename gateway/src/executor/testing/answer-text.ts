import { digestOf } from '@carriergraph/shared/signature/canonical.ts'
import { readAnswer } from '../../subgraphs/answer.ts'
import type { PlannedFetch, SubgraphAnswer } from '../run.ts'

/** Reads what a subgraph answers as it is read from a connection: by texts, where the fetch can. */
export function answerText(answer: unknown, body: string, { read }: PlannedFetch): SubgraphAnswer {
  return readAnswer({ status: 200, text: JSON.stringify(answer) }, { digest: digestOf(body), read })
}

/** Notes of the answers to one operation whether all of them went out by texts. */
export class AnswersRead {
  #byTexts = 0
  #byValues = 0

  get areTakenOver(): boolean {
    return this.#byTexts > 0 && this.#byValues === 0
  }

  note(answer: SubgraphAnswer): SubgraphAnswer {
    const { verbatim } = answer
    if (verbatim === undefined) {
      this.#byValues += 1
      return answer
    }
    this.#byTexts += 1
    const values = (): SubgraphAnswer => {
      this.#byValues += 1
      return verbatim.values()
    }
    return { verbatim: { ...verbatim, values } }
  }
}
