import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import { type Id, newId } from '../ids.ts'
import type { AccountState, AccountStatus } from './account.ts'
import { setAccountStatus } from './accounts.ts'
import { minutesAfter } from './ledger-for-tests.ts'
import { type Books, decideChain, type ModelAnswer } from './reference-model.ts'
import type { Shard, ShardedLedger } from './sharded-ledger.ts'
import { setShards, type TestShards } from './shards-for-tests.ts'
import { inSlotOf, shardOf } from './slot.ts'
import type { TransferOrder } from './transfer.ts'

let shards: TestShards
beforeAll(async () => {
  shards = await setShards()
})
afterAll(() => shards[Symbol.asyncDispose]())

const ACCOUNTS = [
  { shard: 0, normalSide: 'CREDIT', currency: 'EUR', floorMinor: 0n },
  { shard: 0, normalSide: 'CREDIT', currency: 'EUR', floorMinor: -50n },
  { shard: 0, normalSide: 'DEBIT', currency: 'EUR', floorMinor: null },
  { shard: 0, normalSide: 'CREDIT', currency: 'USD', floorMinor: null },
  { shard: 1, normalSide: 'CREDIT', currency: 'EUR', floorMinor: 0n },
  { shard: 1, normalSide: 'DEBIT', currency: 'EUR', floorMinor: 0n },
  { shard: 1, normalSide: 'DEBIT', currency: 'EUR', floorMinor: null },
] as const
/** Which of the wishes' ids are singles, and which pending; the others resolve one of them. */
const [SINGLES, PENDINGS, RESOLVING] = [14, 8, 12]
/** A crossing has three steps; a process may also die behind the last. */
const STEPS = 3

const account = fc.nat({ max: ACCOUNTS.length - 1 })
const amount = fc.oneof({ weight: 15, arbitrary: fc.bigInt(1n, 60n) }, { weight: 1, arbitrary: fc.constant(0n) })
const between = { debit: account, credit: account, amount }
const aSingle = fc.record({ kind: fc.constant('SINGLE' as const), ...between })
const aPending = fc.record({ kind: fc.constant('PENDING' as const), ...between })
const aResolution = fc.record({
  kind: fc.constantFrom('POST_PENDING' as const, 'VOID_PENDING' as const, 'REVERSAL' as const),
  subject: fc.nat({ max: SINGLES + PENDINGS - 1 }),
})
const exactly = <T>(arbitrary: fc.Arbitrary<T>, length: number) =>
  fc.array(arbitrary, { minLength: length, maxLength: length })
const wishes = fc
  .tuple(exactly(aSingle, SINGLES), exactly(aPending, PENDINGS), exactly(aResolution, RESOLVING))
  .map((kinds) => kinds.flat())
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      id: fc.nat({ max: SINGLES + PENDINGS + RESOLVING - 1 }),
      isAltered: fc.nat({ max: 15 }).map((n) => n === 0),
      /** The process that is asked dies before its nth step, and who asks again is the caller or a resumer. */
      diesAt: fc.option(fc.nat({ max: STEPS }), { freq: 2 }),
      isResumed: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ freeze: account, status: fc.constantFrom<AccountStatus>('ACTIVE', 'ACTIVE', 'FROZEN') }),
  },
)

const SINK = newId('led')

/** Crossings that the payer's side took on and the payee's refused: there was a hold, so they are known, and not pending. */
const turnedBack = new Set<Id<'tfr'>>()

/**
 * The model's answer. From shard to shard the payer's side is asked first, as if the payee took anything, and then the
 * payee's: where both refuse, that is another order of the same codes.
 */
function decideAlone(books: Books, order: TransferOrder, at: Date): { books: Books; answer: ModelAnswer } {
  const decided = decideChain(books, [order], at)
  const [answer = null] = decided.answers
  const isFirst = !books.decided.has(order.id)
  if (answer === null || !isFirst) return { books: decided.books, answer }
  if ('pendingId' in order && turnedBack.has(order.pendingId)) return answeredAs(decided.books, order, 'NOT_PENDING')
  if (!crosses(order)) return { books: decided.books, answer }
  const sink: AccountState = {
    normalSide: 'CREDIT',
    currency: order.currency,
    status: 'ACTIVE',
    balanceMinor: 0n,
    heldMinor: 0n,
    floorMinor: null,
    lastSequence: 0n,
  }
  const withSink = { ...books, accounts: new Map([...books.accounts, [SINK, sink]]) }
  const [alone = null] = decideChain(withSink, [{ ...order, creditAccountId: SINK }], at).answers
  if (alone === null) turnedBack.add(order.id)
  return answeredAs(decided.books, order, alone ?? answer)
}

function answeredAs(books: Books, { id }: TransferOrder, code: ModelAnswer): { books: Books; answer: ModelAnswer } {
  const known = books.decided.get(id)
  if (known === undefined) throw new Error(`${id} was not decided.`)
  return { books: { ...books, decided: new Map([...books.decided, [id, { ...known, code }]]) }, answer: code }
}

const crosses = (order: TransferOrder): order is Extract<TransferOrder, { kind: 'SINGLE' }> =>
  order.kind === 'SINGLE' && shardOf(order.debitAccountId, 2) !== shardOf(order.creditAccountId, 2)

/** A ledger whose process is gone before its nth posting: the answer never comes. */
function dyingAt(limit: number): { ledger: ShardedLedger; gone: Promise<'gone'> } {
  let posted = 0
  const { promise: gone, resolve } = Promise.withResolvers<'gone'>()
  const never = new Promise<never>(() => undefined)
  const mortal = (own: Shard[]): Shard[] =>
    own.map(({ db, ledger }) => ({
      db,
      ledger: {
        post: (order) => {
          posted += 1
          if (posted <= limit) return ledger.post(order)
          resolve('gone')
          return never
        },
        postLinked: (orders) => ledger.postLinked(orders),
        drained: () => ledger.drained(),
      },
    }))
  return { ledger: shards.ledger(NOW, mortal), gone }
}

const NOW = () => minutesAfter(0)
const LATER = () => minutesAfter(1)

test('two shards answer as one ledger does, and hold the same balances, whichever process dies at which step', {
  timeout: 240_000,
}, async () => {
  const seen = { crossed: 0, refused: 0, died: 0 }
  await fc.assert(
    fc.asyncProperty(wishes, fc.array(step, { minLength: 5, maxLength: 30 }), async (wishes, steps) => {
      const accounts = await Promise.all(ACCOUNTS.map(({ shard, ...rest }) => shards.open(shard, rest)))
      const at = <T>(list: readonly T[], index: number) => list[index] as T
      const ids: Id<'tfr'>[] = []
      for (const wish of wishes)
        ids.push(inSlotOf(newId('tfr'), 'debit' in wish ? at(accounts, wish.debit) : at(ids, wish.subject)))
      const orderOf = (index: number, reference: string): TransferOrder | undefined => {
        const wish = at(wishes, index)
        const named = { id: at(ids, index), reference }
        if ('debit' in wish) {
          const { currency } = at(ACCOUNTS, wish.debit)
          const [debitAccountId, creditAccountId] = [at(accounts, wish.debit), at(accounts, wish.credit)]
          const order = { ...named, debitAccountId, creditAccountId, amountMinor: wish.amount, currency }
          if (wish.kind === 'SINGLE') return { ...order, kind: 'SINGLE' }
          // Holds do not cross: there the payee is not found, which other tests look at.
          if (at(ACCOUNTS, wish.debit).shard !== at(ACCOUNTS, wish.credit).shard) return undefined
          return { ...order, kind: 'PENDING', expiresAt: minutesAfter(60) }
        }
        const subject = at(wishes, wish.subject)
        // Nor are crossings reversed.
        if (wish.kind === 'REVERSAL')
          return 'debit' in subject && at(ACCOUNTS, subject.debit).shard === at(ACCOUNTS, subject.credit).shard
            ? { ...named, kind: 'REVERSAL', reversedId: at(ids, wish.subject) }
            : undefined
        return { ...named, kind: wish.kind, pendingId: at(ids, wish.subject) }
      }
      let model: Books = {
        accounts: new Map(
          ACCOUNTS.map(({ shard: _, ...rest }, index) => [
            at(accounts, index),
            { ...rest, status: 'ACTIVE', balanceMinor: 0n, heldMinor: 0n, lastSequence: 0n },
          ]),
        ),
        decided: new Map(),
        resolved: new Map(),
      }
      const ledger = shards.ledger(NOW)
      for (const step of steps) {
        if ('freeze' in step) {
          const id = at(accounts, step.freeze)
          const { database } = at(shards.books, at(ACCOUNTS, step.freeze).shard)
          await inTransaction(database.forTenant('demo'), (tx) => setAccountStatus(tx, id, step.status))
          const state = model.accounts.get(id) as AccountState
          model = { ...model, accounts: new Map([...model.accounts, [id, { ...state, status: step.status }]]) }
          continue
        }
        const order = orderOf(step.id, step.isAltered ? 'altered' : 'test')
        if (order === undefined) continue
        if (step.diesAt !== null && crosses(order) && !step.isAltered) {
          const { ledger: dying, gone } = dyingAt(step.diesAt)
          await Promise.race([gone, dying.post(order)])
          if (step.isResumed) await shards.ledger(LATER).resume()
          seen.died += 1
        }
        const expected = decideAlone(model, order, NOW())
        model = expected.books
        const posting = await ledger.post(order)
        expect(posting.ok ? null : posting.code).toBe(expected.answer)
        if (crosses(order)) seen[posting.ok ? 'crossed' : 'refused'] += 1
        for (const [id, state] of model.accounts) expect(await shards.read(id)).toMatchObject(state)
      }
    }),
    { numRuns: 40 },
  )
  expect(await shards.ledger(LATER).resume()).toEqual({ ended: 0, waiting: 0, underWay: 0 })
  const { faults, clearingMinor } = await shards.atRest()
  expect(faults).toEqual([])
  for (const minor of Object.values(clearingMinor)) expect(minor).toBe(0n)
  // Otherwise it says less than it seems to.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
})
