import type { Asked } from './asked.ts'
import type { Books } from './books.ts'
import type { Violations } from './violation.ts'

/** Whether each payment was answered alike every time, and moved its money once or not at all. */
export function checkPayments({ payments }: Asked, books: Books, found: Violations): void {
  const transfersOf = Map.groupBy(books.rows, ({ reference }) => reference)
  const known = new Set<string>()
  for (const { payment, answers } of payments.values()) {
    const [answer] = answers
    if (answer === undefined) continue
    const { idempotencyKey, minor } = payment
    const wrong = (what: string) => found.add('PAYMENT_WRONG', `${idempotencyKey}: ${what}`)
    // On its way it may be answered with as well, by a call that comes while another is at it.
    const settled = answers.filter(({ id, status }) => id === null || isFinal(status))
    const isSame = answers.every(({ id }) => id === answer.id) && new Set(settled.map(({ code }) => code)).size < 2
    if (!isSame) wrong('was answered in several ways')
    const { id } = answer
    if (id === null) continue
    if (known.has(id)) wrong(`${id} is another one's as well`)
    known.add(id)
    const status = books.payments.get(id)
    if (status === undefined) wrong(`${id} is not there`)
    for (const { status: answered } of answers)
      if (isFinal(answered) && answered !== status) wrong(`${id} was ${answered} and is ${status}`)
    const posted = (transfersOf.get(id) ?? []).filter(({ refusal }) => refusal === null)
    // Between the money's move and its record a payment is AUTHORISED; whoever asks again, or the sweeper, goes on.
    const expected = status === 'COMPLETED' ? [1] : status === 'AUTHORISED' ? [0, 1] : [0]
    if (!expected.includes(posted.length)) wrong(`${id} is ${status} with ${posted.length} transfers`)
    if (posted.some((row) => row.minor !== BigInt(minor))) wrong(`${id} moved another amount`)
  }
}

const isFinal = (status: string | null): boolean => status === 'COMPLETED' || status === 'FAILED'
