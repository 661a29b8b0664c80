// Runs everything that the vault does, wrong input and broken rows included, in a service that tells all it can, and looks
// for numbers, security codes and keys in everything that came out: log, traces, metrics, answers, command, every table.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import '@carriergraph/shared/testing/provided.ts'
import { type Asker, startVaultService, type VaultService } from '../testing/vault-service.ts'
import { newKeyRingText } from './keys/key-ring.ts'

const COMMAND = fileURLToPath(new URL('command/main.ts', import.meta.url))
/** Good ones that are stored, and those that are refused for one fault each. */
const STORED = ['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117', '4012888888881881']
const REFUSED = ['4111111111111112', '9111111111111111', '422222222222222', '4242424242424242']
/** Four digits turn up by chance: all of them together do not. */
const SECURITY_CODES = ['7391', '4826', '9158']
const LONG_SECURITY_CODE = '7391739173917'

const ADD =
  'mutation ($input: AddCardInput!) { addCard(input: $input) { card { id lastFour } errors { code message field } } }'
const REVEAL =
  'mutation ($input: RevealCardInput!) { revealCard(input: $input) { number errors { code message field } } }'
const REMOVE =
  'mutation ($input: RemoveCardInput!) { removeCard(input: $input) { card { id } errors { code message } } }'
const ALL = 'payments:read payments:write cards:reveal'

const owner = newId('usr')
const customer: Asker = { sub: owner, roles: ['customer'], scope: ALL }
const operator = (): Asker => ({ sub: newId('usr'), roles: ['operator'], scope: ALL })
const inputOf = (number: unknown, change: Record<string, unknown> = {}) => ({
  input: { ownerId: owner, number, expiryMonth: 12, expiryYear: 2040, ...change },
})
const reason = 'dispute with the issuer'

test('no number, security code or key is in anything that comes out of the vault', async () => {
  const oldKeys = newKeyRingText()
  const newKeys = newKeyRingText()
  await using service = await startVaultService(`${newKeys}${oldKeys}`)
  await using sql = Object.assign(postgres(withinEveryTenant(service.databaseUrl), { max: 1 }), {
    [Symbol.asyncDispose]: () => sql.end(),
  })
  const { answers, ids } = await addCards(service)
  answers.push(...(await everyFault(service, ids[0] ?? '')))
  const revealed = await reveals(service, sql, ids)
  answers.push(...revealed.refusals)
  answers.push(await service.ask(customer, REMOVE, { input: { cardId: ids[2] } }))
  answers.push(...(await failingDatabase(service, sql)))
  const commands: string[] = []
  for (const [argv, keys] of [
    [['status'], `${newKeys}${oldKeys}`],
    [['rotate'], `${newKeys}${oldKeys}`],
    [['reencrypt', '--batch', '2'], `${newKeys}${oldKeys}`],
    [['rewrap'], newKeys],
    [['reencrypt'], oldKeys],
    [['status'], newKeys.slice(0, -20)],
  ] as const)
    commands.push(await command(argv, service.databaseUrl, keys))
  const outputs: Record<string, string> = {
    answers: answers.join('\n'),
    commands: commands.join('\n'),
    metrics: await service.metrics(),
    statements: await statementsOf(service.databaseUrl),
    tables: await everyTable(sql),
    ...(await service.stop()),
  }

  // Each of them told what it tells.
  expect(revealed.numbers).toEqual([STORED[0], STORED[1]])
  expect(outputs.log).toContain('the number of a card cannot be read')
  expect(outputs.log).toContain('masked an error')
  expect(outputs.log).toContain('SEAL_BROKEN')
  expect(outputs.spans).toContain('insert into \\"card\\"')
  expect(outputs.metrics).toContain('sql_statement_duration_seconds')
  expect(outputs.statements).toContain('card_reveal')
  expect(outputs.tables).toContain('card.revealed')
  expect(outputs.tables).toContain(reason)
  expect(outputs.commands).toContain('cards re-encrypted, 1 unreadable')
  expect(outputs.answers).toContain('CARD_UNREADABLE')
  for (const [name, text] of Object.entries(outputs)) {
    expect([name, secretsFoundIn(text, `${newKeys}${oldKeys}`)]).toEqual([name, []])
    const codes = SECURITY_CODES.filter((code) => new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`).test(text))
    expect([name, codes.length]).not.toEqual([name, SECURITY_CODES.length])
  }
})

test('the search finds what it is for, in every form in which it is looked for', () => {
  const keys = newKeyRingText()
  const [, secret = ''] = /:([^:]{44})\n/.exec(keys) ?? []
  const [number = ''] = STORED
  const forms = [number, '4111 1111 1111 1111', Buffer.from(number).toString('hex'), secret]
  for (const form of [...forms, Buffer.from(secret, 'base64').toString('hex'), LONG_SECURITY_CODE])
    expect(secretsFoundIn(`before ${form} after`, keys)).toHaveLength(1)
})

/** Each secret in the forms in which it would be printed: as it is, in groups, and its bytes as a table shows them. */
function secretsFoundIn(text: string, keys: string): string[] {
  const folded = text.toLowerCase()
  const digits = text.replace(/(?<=\d)[ -](?=\d)/g, '')
  const isThere = (number: string) => digits.includes(number) || folded.includes(Buffer.from(number).toString('hex'))
  const secrets = [...keys.matchAll(/:([^:\s]{44})/g)].map(([, secret]) => secret ?? '')
  return [
    ...[...STORED, ...REFUSED, LONG_SECURITY_CODE].filter(isThere),
    ...secrets.filter(
      (secret) => text.includes(secret) || folded.includes(Buffer.from(secret, 'base64').toString('hex')),
    ),
  ]
}

async function addCards(service: VaultService) {
  const answers: string[] = []
  for (const [at, number] of STORED.entries()) {
    const securityCode = number.length === 15 ? SECURITY_CODES[at % 3] : '739'
    answers.push(await service.ask(customer, ADD, inputOf(number, { securityCode })))
  }
  answers.push(await service.ask(customer, ADD, inputOf('4111 1111 1111 1111')))
  const ids = answers.slice(0, STORED.length).map((answer): string => JSON.parse(answer).data.addCard.card.id)
  return { answers, ids }
}

/** Every way to ask wrongly, with numbers where they belong and where they do not. */
async function everyFault(service: VaultService, id: string): Promise<string[]> {
  const good = REFUSED.at(-1) ?? ''
  const american = '378282246310005'
  const asked: [Asker, string, Record<string, unknown>][] = [
    ...REFUSED.slice(0, 3).map((number): [Asker, string, Record<string, unknown>] => [customer, ADD, inputOf(number)]),
    ...SECURITY_CODES.map((securityCode): [Asker, string, Record<string, unknown>] => [
      customer,
      ADD,
      inputOf(good, { securityCode }),
    ]),
    ...SECURITY_CODES.map((securityCode): [Asker, string, Record<string, unknown>] => [
      customer,
      ADD,
      inputOf(american, { securityCode, expiryMonth: 11 }),
    ]),
    [customer, ADD, inputOf(good, { securityCode: LONG_SECURITY_CODE })],
    [customer, ADD, inputOf(Number(good), { securityCode: Number(LONG_SECURITY_CODE) })],
    [customer, ADD, inputOf([good])],
    [customer, ADD, inputOf(good, { expiryYear: 2020 })],
    [customer, ADD, inputOf(good, { expiryMonth: good })],
    [customer, ADD, inputOf(good, { ownerId: good })],
    [customer, ADD, inputOf(good, { ownerId: newId('usr') })],
    [customer, ADD, inputOf(good, { cvv: LONG_SECURITY_CODE })],
    [customer, ADD, { input: { number: good, securityCode: LONG_SECURITY_CODE } }],
    [customer, ADD, { input: good }],
    [customer, ADD, { input: { ...inputOf(good).input, ownerId: Number(good) } }],
    [null, ADD, inputOf(good, { securityCode: LONG_SECURITY_CODE })],
    [operator(), REVEAL, { input: { cardId: good, reason } }],
    [operator(), REVEAL, { input: { cardId: id, reason: `the one with ${good}` } }],
    [operator(), REVEAL, { input: { cardId: id, reason: Number(good) } }],
    [{ sub: newId('usr'), roles: ['customer'], scope: ALL }, REVEAL, { input: { cardId: id, reason } }],
    [{ sub: owner, roles: ['customer'], scope: 'payments:read' }, REVEAL, { input: { cardId: id, reason } }],
    [operator(), REMOVE, { input: { cardId: good } }],
    [operator(), 'query ($id: ID!) { card(id: $id) { id } }', { id: good }],
    [
      customer,
      `mutation { addCard(input: { ownerId: "${owner}", number: "${good}", expiryMonth: 1, expiryYear: 2040, securityCode: "${LONG_SECURITY_CODE}" }) { errors { code } } }`,
      {},
    ],
    [
      customer,
      `mutation { addCard(input: { number: ${good}, securityCode: ${LONG_SECURITY_CODE} }) { errors { code } } }`,
      {},
    ],
  ]
  const answers: string[] = []
  for (const [asker, query, variables] of asked) answers.push(await service.ask(asker, query, variables))
  answers.push(await service.send(customer, `{"query": "x", "variables": {"number": "${good}"`))
  return answers
}

/** Two that are read, one that somebody damaged, and as many as the bound takes. */
async function reveals(service: VaultService, sql: postgres.Sql, ids: readonly string[]) {
  const reveal = (cardId: string | undefined, asker: Asker) => service.ask(asker, REVEAL, { input: { cardId, reason } })
  const asker = operator()
  const numbers = [await reveal(ids[0], asker), await reveal(ids[1], asker)].map(
    (answer): string => JSON.parse(answer).data.revealCard.number,
  )
  const damaged = toUuid(ids[3] as `card_${string}`)
  await sql`update card set sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) where id = ${damaged}`
  const refusals: string[] = []
  for (let time = 0; time < 20; time += 1) refusals.push(await reveal(ids[3], asker))
  expect(refusals.at(-1)).toContain('REVEAL_LIMIT_REACHED')
  return { numbers, refusals }
}

/** What the database refuses in mid-transaction goes into the log with the statement. */
async function failingDatabase(service: VaultService, sql: postgres.Sql): Promise<string[]> {
  await sql`create function refuse_cards() returns trigger language plpgsql as $$
    begin raise exception 'no room for %', new using detail = row_to_json(new)::text; end $$`
  await sql`create trigger refuse_cards before insert on card for each row execute function refuse_cards()`
  const answer = await service.ask(customer, ADD, inputOf('4242424242424242', { securityCode: '739' }))
  expect(answer).toContain('INTERNAL_SERVER_ERROR')
  await sql`drop trigger refuse_cards on card`
  return [answer]
}

async function command(argv: readonly string[], databaseUrl: string, keys: string): Promise<string> {
  const child = spawn(process.execPath, [COMMAND, ...argv], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL_PAYMENTS: databaseUrl, VAULT_KEY: keys },
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  await once(child, 'close')
  return said.join('')
}

/** As PostgreSQL keeps them, for everybody who may look. */
async function statementsOf(url: string): Promise<string> {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const rows = await sql<{ query: string }[]>`
    select query from pg_stat_statements join pg_database on pg_database.oid = dbid
    where datname = ${new URL(url).pathname.slice(1)}`
  await sql.end()
  return rows.map(({ query }) => query).join('\n')
}

async function everyTable(sql: postgres.Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`
  expect(tables.length).toBeGreaterThan(10)
  const dumps = await Promise.all(tables.map(({ name }) => sql.unsafe(`select t::text as row from ${name} t`)))
  return dumps.flatMap((rows) => rows.map(({ row }) => String(row))).join('\n')
}

const withinEveryTenant = (url: string): string => {
  const all = new URL(url)
  all.searchParams.set('app.tenant', '*')
  return all.href
}
