import fc from 'fast-check'
import {
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'

/** What an ID of this name is the id of, by the prefix. */
const PREFIX_OF: Readonly<Record<string, string>> = {
  paymentId: 'pay',
  sourceAccountId: 'led',
  destinationAccountId: 'led',
  debitAccountId: 'led',
  creditAccountId: 'led',
  accountId: 'led',
  walletId: 'led',
  billingAccountId: 'acc',
  ownerId: 'usr',
  userId: 'usr',
  cardId: 'card',
  quoteId: 'fxq',
  remittanceId: 'rem',
  subjectId: 'tfr',
  endpointId: 'whe',
  tariffId: 'trf',
  sliceId: 'slc',
}

/** Ids that answers have told, by their prefix: what is asked next may be about them. */
export type KnownIds = Map<string, string[]>

/** Every id in an answer. */
export function learnIds(known: KnownIds, answer: unknown): void {
  for (const [id, prefix = ''] of JSON.stringify(answer ?? null).matchAll(/\b([a-z]{3,4})_[0-9a-z]{26}\b/g)) {
    const ids = known.get(prefix) ?? []
    if (!ids.includes(id)) known.set(prefix, [...ids, id])
  }
}

const STRANGE_IDS = [
  '',
  'pay_',
  'led_00000000000000000000000000',
  'pay_7zzzzzzzzzzzzzzzzzzzzzzzzz',
  'x'.repeat(300),
  'usr_ \0',
]
const STRANGE_TEXTS = [
  '',
  ' ',
  '\0',
  '\ud800',
  '4111 1111 1111 1111',
  "'; drop table payment; --",
  'ä'.repeat(600),
  '＜＞🏦',
  '\u202e',
]
const AMOUNTS = ['12.50', '0.01', '3', '250']
const STRANGE_AMOUNTS = [
  '0',
  '-1',
  '-0.00',
  '1e3',
  '0.001',
  '9999999999999999999',
  '10000000000000000.00',
  'NaN',
  '',
  '٣',
  '1,5',
]
const STRANGE_TIMES = [
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  'now',
]
const STRANGE_DAYS = ['0000-01-01', '9999-12-31', '2026-02-30', '20261121', '-0001-01-01']

/** Mostly what a client could mean, and now and then anything. */
const mostly = <T>(usual: fc.Arbitrary<T>, strange: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: strange })

function scalar(name: string, field: string, known: KnownIds): fc.Arbitrary<unknown> {
  const text = mostly(
    fc.constantFrom('Because of it.', 'key-1', 'DE89370400440532013000'),
    fc.constantFrom(...STRANGE_TEXTS),
  )
  switch (name) {
    case 'ID': {
      const right = known.get(PREFIX_OF[field] ?? '') ?? []
      const any = [...known.values()].flat()
      return mostly(fc.constantFrom(...(right.length > 0 ? right : any)), fc.constantFrom(...any, ...STRANGE_IDS))
    }
    case 'Decimal':
      return mostly(fc.constantFrom(...AMOUNTS), fc.constantFrom(...STRANGE_AMOUNTS))
    case 'CurrencyCode':
      return mostly(fc.constant('EUR'), fc.constantFrom('USD', 'JPY', 'XXX', 'eur', '', 'BHD'))
    case 'DateTime':
      return mostly(
        fc.integer({ min: -1, max: 1 }).map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString()),
        fc.constantFrom(...STRANGE_TIMES),
      )
    case 'Date':
      return mostly(fc.constant(new Date().toISOString().slice(0, 10)), fc.constantFrom(...STRANGE_DAYS))
    case 'Int':
      if (field === 'expiryYear') return mostly(fc.constant(new Date().getFullYear() + 1), fc.integer())
      return mostly(fc.integer({ min: 1, max: 20 }), fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31))
    case 'Float':
      return mostly(fc.integer({ min: 1, max: 20 }), fc.constantFrom(0, -1, 1e308, 5e-324))
    case 'Boolean':
      return fc.boolean()
    default:
      if (field === 'idempotencyKey') return mostly(fc.uuid(), text)
      if (field === 'number') return mostly(fc.constantFrom('4242424242424242', '5555555555554444'), text)
      if (field === 'iban') return mostly(fc.constant('DE89370400440532013000'), text)
      return text
  }
}

/** What goes together in inputs of many kinds: by chance alone hardly any of them would be one. */
const SHAPES: Readonly<Record<string, readonly { of: Readonly<Record<string, string>>; with: string }[]>> = {
  CreatePaymentInput: [
    { of: { type: 'TRANSFER' }, with: 'sourceAccountId destinationAccountId' },
    { of: { type: 'TRANSFER', capture: 'MANUAL' }, with: 'sourceAccountId destinationAccountId' },
    { of: { type: 'TOP_UP' }, with: 'sourceAccountId billingAccountId' },
    { of: { type: 'FEE' }, with: 'sourceAccountId' },
    { of: { type: 'WITHDRAWAL' }, with: 'sourceAccountId bankAccount' },
    { of: { type: 'WITHDRAWAL' }, with: 'sourceAccountId cardId' },
    { of: { type: 'DEPOSIT' }, with: 'destinationAccountId bankAccount' },
  ],
  TransferInput: [
    { of: { kind: 'SINGLE' }, with: 'debitAccountId creditAccountId amount' },
    { of: { kind: 'PENDING' }, with: 'debitAccountId creditAccountId amount expiresAt' },
    { of: { kind: 'POST_PENDING' }, with: 'subjectId' },
    { of: { kind: 'VOID_PENDING' }, with: 'subjectId' },
    { of: { kind: 'REVERSAL' }, with: 'subjectId' },
  ],
  DecideReviewInput: [
    { of: {}, with: 'paymentId' },
    { of: {}, with: 'remittanceId' },
  ],
  CreateFxQuoteInput: [
    { of: {}, with: 'debitedAmount' },
    { of: {}, with: 'deliveredAmount' },
  ],
}

/** Values of an input type: of its form, but for scalars of which some are strange. */
export function inputOf(type: GraphQLInputType, known: KnownIds, field = ''): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return inputOf(type.ofType, known, field)
  if (isListType(type)) return fc.array(inputOf(type.ofType, known, field), { maxLength: 3 })
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name))
  if (!isInputObjectType(type)) return scalar(type.name, field, known)
  const fields = Object.values(type.getFields())
  const entries = Object.fromEntries(fields.map((of) => [of.name, inputOf(of.type, known, of.name)] as const))
  const required = fields.filter((of) => isNonNullType(of.type)).map(({ name }) => name)
  const anyhow = fc.record(entries, { requiredKeys: required })
  const shaped = (SHAPES[type.name] ?? []).map((shape) => {
    const names = new Set([...required, ...shape.with.split(' '), 'idempotencyKey'])
    const chosen = Object.fromEntries(Object.entries(entries).filter(([name]) => names.has(name)))
    return fc.record(chosen).map((value) => ({ ...value, ...shape.of }))
  })
  return shaped.length > 0 ? mostly(fc.oneof(...shaped), anyhow) : anyhow
}

/** Every leaf of an object type and of what is in it, so deep, but for what takes arguments. */
export function leavesOf(type: GraphQLObjectType, depth: number): string {
  const selected = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type)
    if (field.args.some(isRequiredArgument)) return []
    if (isLeafType(named)) return [field.name]
    return depth > 0 && isObjectType(named) && field.args.length === 0
      ? [`${field.name} { ${leavesOf(named, depth - 1)} }`]
      : []
  })
  return ['__typename', ...selected].join(' ')
}
