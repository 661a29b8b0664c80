// Runs webhooks in a service that tells all it can, at log level trace and traced, to a receiver that sends the secrets back,
// and looks for them in everything that comes out.

import { newId } from '@carriergraph/shared/ids.ts'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { type Asker, startVaultService } from '../testing/vault-service.ts'
import { startReceiver } from '../testing/webhook-receiver.ts'
import { newKeyRingText } from '../vault/keys/key-ring.ts'

const PATIENCE = { timeout: 20_000, interval: 50 }
/** A part of the URL by which some receivers know their senders. */
const PATH_SECRET = 'T00000000-B11111111-XXXXXXXXXXXX'
const admin: Asker = { sub: newId('usr'), roles: ['operator'], scope: 'payments:read payments:write payments:admin' }
const CREATE = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { endpoint { id } secret errors { code } } }`
const ROTATE = `mutation ($input: RotateWebhookSecretInput!) {
  rotateWebhookSecret(input: $input) { secret errors { code } } }`
const OPEN = 'mutation ($input: OpenWalletInput!) { openWallet(input: $input) { wallet { id } } }'
const LIST = `{ webhookDeliveries { nodes { status attempts { nodes { outcome responseExcerpt } } } }
  webhookEndpoints { nodes { id url } } }`

test('no secret of a webhook is in anything that comes out, but for the two answers that hand it over', async () => {
  await using receiver = await startReceiver()
  await using service = await startVaultService(newKeyRingText(), { WEBHOOK_LOOPBACK: 'true' })
  await using sql = Object.assign(postgres(`${service.databaseUrl}?app.tenant=*`, { max: 1 }), {
    [Symbol.asyncDispose]: () => sql.end(),
  })
  const secrets: string[] = []
  receiver.behave((response, { headers }) => {
    response
      .writeHead(500)
      .end(`${secrets.join(' ')} ${secrets.map((secret) => secret.slice(6))} ${headers['webhook-signature']}`)
  })
  const url = `${receiver.url}/${PATH_SECRET}`
  const created = JSON.parse(await service.ask(admin, CREATE, { input: { url, eventTypes: ['wallet.opened'] } }))
  const { endpoint, secret } = created.data.createWebhookEndpoint
  secrets.push(secret)
  const rotated = JSON.parse(await service.ask(admin, ROTATE, { input: { endpointId: endpoint.id } }))
  secrets.push(rotated.data.rotateWebhookSecret.secret)
  await service.ask(admin, OPEN, { input: { ownerId: newId('usr'), currency: 'EUR' } })
  const list = () => service.ask(admin, LIST)
  await expect.poll(list, PATIENCE).toContain('HTTP_STATUS')
  const answers = [
    await list(),
    await service.ask(admin, CREATE, { input: { url, eventTypes: ['wallet.opened'] } }),
    await service.ask(admin, CREATE, { input: { url: `ftp://x:${PATH_SECRET}@y`, eventTypes: [] } }),
    await service.ask(admin, CREATE, { input: { url: [url] } }),
  ]
  const journal = await sql<{ row: string }[]>`select j::text as row from journal j`
  const tables = await Promise.all(
    ['webhook_endpoint', 'webhook_delivery', 'webhook_attempt'].map((name) =>
      sql.unsafe(`select t::text as row from ${name} t`),
    ),
  )
  const outputs: Record<string, string> = {
    answers: answers.join('\n'),
    journal: journal.map(({ row }) => row).join('\n'),
    tables: tables
      .flat()
      .map(({ row }) => String(row))
      .join('\n'),
    metrics: await service.metrics(),
    ...(await service.stop()),
  }

  // Each of them told what it tells.
  expect(outputs.answers).toContain('[secret]')
  expect(outputs.answers).toContain('URL_REGISTERED')
  expect(outputs.journal).toContain('webhook_endpoint.secret_rotated')
  expect(outputs.tables).toContain('HTTP_STATUS')
  expect(outputs.log).toContain('a webhook delivery failed; it will be tried again')
  expect(outputs.spans).toContain('webhook_attempt')
  const signature = receiver.last().headers['webhook-signature'] ?? ''
  for (const [name, text] of Object.entries(outputs)) {
    const isThere = (form: string) => text.includes(form)
    for (const one of secrets) {
      const bytes = Buffer.from(one.slice(6), 'base64')
      const forms = [one.slice(6), bytes.toString('hex'), bytes.toString('base64url')]
      expect([name, forms.filter(isThere)]).toEqual([name, []])
    }
    expect([name, signature.split(' ').filter(isThere)]).toEqual([name, []])
    // The URL is for operators who ask for it.
    if (name !== 'answers' && name !== 'tables') expect([name, isThere(PATH_SECRET)]).toEqual([name, false])
  }
})
