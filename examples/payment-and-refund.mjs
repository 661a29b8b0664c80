import { randomUUID } from 'node:crypto'

const { GRAPH_URL = 'http://127.0.0.1:4000/graphql', TOKEN } = process.env
const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
async function ask(query, input) {
  const body = JSON.stringify({ query, variables: { input } })
  const { data, errors } = await (await fetch(GRAPH_URL, { method: 'POST', headers, body })).json()
  if (errors) throw new Error(errors[0].message)
  return data
}

const PAYMENT = `id type status amount { amount currency } refundedAmount { amount } history { status }
  sourceAccount { owner { displayName } balance { amount } }`
function show({ id, type, amount, refundedAmount, history, sourceAccount: { owner, balance } }) {
  console.log(`${id}: ${type} of ${amount.amount} ${amount.currency}`)
  console.log(`  ${history.map(({ status }) => status).join(', ')}; given back: ${refundedAmount.amount}`)
  console.log(`  ${owner?.displayName} has ${balance.amount}`)
}

// From Bruno's wallet to Chen's, asked for twice under one key.
const [sourceAccountId, destinationAccountId] = ['led_01dxf6dt00ecw9ak09r6gt3sg8', 'led_01dxf6dt00efstvrpem594kct1']
const amount = { amount: '12.50', currency: 'EUR' }
const order = { idempotencyKey: randomUUID(), type: 'TRANSFER', sourceAccountId, destinationAccountId, amount }
const create = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { payment { ${PAYMENT} } } }`
const { payment } = (await ask(create, order)).createPayment
show(payment)
const { payment: again } = (await ask(create, order)).createPayment
console.log(`  asked for again: ${again.id === payment.id ? 'the same payment' : 'paid twice!'}`)

// 4.00 of it back, and then more than is left.
const refund = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) {
  refund { ${PAYMENT} original { ${PAYMENT} } } errors { code } } }`
async function giveBack(value) {
  const part = { idempotencyKey: randomUUID(), paymentId: payment.id, amount: { amount: value, currency: 'EUR' } }
  return (await ask(refund, part)).refundPayment
}
const given = await giveBack('4.00')
show(given.refund)
show(given.refund.original)
console.log(`  8.51 more of it back: ${(await giveBack('8.51')).errors[0].code}`)

const SUMS = 'debits { amount } credits { amount }'
const { trialBalance } = await ask(
  `{ trialBalance { currency ${SUMS} difference { amount } lines { purpose ${SUMS} } } }`,
)
const row = (...cells) => console.log(cells.map((cell, at) => (at ? cell.padStart(10) : cell.padEnd(20))).join(''))
for (const { currency, lines, debits, credits, difference } of trialBalance) {
  row(currency, 'debits', 'credits')
  for (const { purpose, debits, credits } of lines) row(purpose, debits.amount, credits.amount)
  row('sum', debits.amount, credits.amount)
  row('difference', difference.amount)
}
