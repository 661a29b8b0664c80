import type { Id } from '@carriergraph/shared/ids.ts'
import { linesOf } from '../journal.ts'
import type { Answer, Order, Unit } from '../order.ts'
import type { Payment, PaymentAnswer } from '../payment.ts'

/** An order and what it was answered, once. */
type Acknowledgement = Answer & { readonly order: Order }

/** What all clients together asked and were answered. */
export type Asked = {
  /** Every order by its id and then by its reference: there are several where an id was used for several. */
  readonly orders: ReadonlyMap<Id<'tfr'>, ReadonlyMap<string, Order>>
  readonly chains: readonly Unit[]
  /** Each that was answered, once, however often it was asked. */
  readonly answered: readonly Unit[]
  readonly acknowledged: readonly Acknowledgement[]
  readonly payments: ReadonlyMap<string, { readonly payment: Payment; readonly answers: readonly PaymentAnswer[] }>
  readonly counts: {
    /** Transfers, each time that they were sent. */
    readonly sent: number
    /** Sent when they, or others under their id, had been sent before. */
    readonly again: number
    readonly callsUnanswered: number
  }
}

/** Reads the journals from the disk: nothing that clients only remember counts. */
export async function readAsked(journals: readonly string[]): Promise<Asked> {
  const orders = new Map<Id<'tfr'>, Map<string, Order>>()
  const chains: Unit[] = []
  const answered = new Map<string, Unit>()
  const acknowledged: Acknowledgement[] = []
  const payments = new Map<string, { payment: Payment; answers: PaymentAnswer[] }>()
  const counts = { sent: 0, again: 0, callsUnanswered: 0 }
  const send = (units: readonly Unit[]) => {
    for (const unit of units) if (unit.length > 1) chains.push(unit)
    for (const order of units.flat()) {
      const known = orders.get(order.id)
      counts.sent += 1
      if (known === undefined) orders.set(order.id, new Map([[order.reference, order]]))
      else {
        counts.again += 1
        known.set(order.reference, order)
      }
    }
  }
  for (const journal of journals) {
    const calls = new Map<number, readonly Unit[] | Payment>()
    for await (const line of linesOf(journal)) {
      if ('ask' in line) {
        const call = callIn(line, calls)
        calls.set(line.ask, call)
        if (isUnits(call)) send(call)
        else if (!payments.has(call.idempotencyKey)) payments.set(call.idempotencyKey, { payment: call, answers: [] })
      } else if ('unanswered' in line) counts.callsUnanswered += 1
      else {
        const call = calls.get(line.answerTo)
        if (call === undefined) throw new Error(`${journal} has an answer to nothing.`)
        if ('payment' in line && !isUnits(call)) payments.get(call.idempotencyKey)?.answers.push(line.payment)
        else if ('answers' in line && isUnits(call)) {
          acknowledged.push(...acknowledgements(call, line.answers))
          for (const unit of call) answered.set(`${unit[0]?.id} ${unit[0]?.reference}`, unit)
        }
      }
    }
  }
  return { orders, chains, answered: [...answered.values()], acknowledged, payments, counts }
}

type Ask =
  | { readonly ask: number; readonly units: readonly Unit[] }
  | { readonly ask: number; readonly again: number }
  | { readonly ask: number; readonly payment: Payment }

function callIn(line: Ask, calls: ReadonlyMap<number, readonly Unit[] | Payment>): readonly Unit[] | Payment {
  if ('units' in line) return line.units
  if ('payment' in line) return line.payment
  const call = calls.get(line.again)
  if (call === undefined) throw new Error('A journal repeats a call that it does not have.')
  return call
}

const isUnits = (call: readonly Unit[] | Payment): call is readonly Unit[] => Array.isArray(call)

function acknowledgements(units: readonly Unit[], answers: readonly Answer[]): Acknowledgement[] {
  const orders = units.flat()
  if (orders.length !== answers.length) throw new Error('There are not as many answers as orders.')
  return orders.map((order, index) => ({ code: null, replayed: false, ...answers[index], order }))
}
