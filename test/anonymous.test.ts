// Each subgraph keeps the marks of its own SDL by itself, whatever a gateway in front of it did.

import { buildSubgraphSchema } from '@apollo/subgraph'
import { billing } from '@carriergraph/billing/service.ts'
import { network } from '@carriergraph/network/service.ts'
import { payments } from '@carriergraph/payments/service.ts'
import { newKeyRingText } from '@carriergraph/payments/vault/keys/key-ring.ts'
import { risk } from '@carriergraph/risk/service.ts'
import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { enforceAuthorization } from '@carriergraph/shared/authorize/enforce.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { readSdl } from '@carriergraph/shared/service/sdl.ts'
import { parseSigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { Decimal } from 'decimal.js'
import { type GraphQLObjectType, type GraphQLResolveInfo, isObjectType, Kind } from 'graphql'
import { describe, expect, it } from 'vitest'

const SETTINGS = {
  RISK_URL: 'http://risk.example/',
  RISK_DEADLINE_MS: 1,
  RISK_FALLBACK_LIMIT: new Decimal(0),
  RECONCILIATION_HOUR: 6,
  VAULT_KEY: newKeyRingText(),
  WEBHOOK_PORTS: [443],
  WEBHOOK_LOOPBACK: false,
  FX_SPREAD_BPS: 50,
  FX_FEE_BPS: 20,
  FX_FEE_FIXED_EUR: new Decimal(1),
  SIGNING_KEYS: parseSigningKeys('test:a-signing-key-for-tests-of-32-characters'),
}
const silent = { clock: systemClock, log: createLog({ service: 'test', level: 'silent' }) }
const MARKS = ['authenticated', 'requiresScopes', 'policy']
/** Nothing that stands before a resolver looks at it. */
const NO_INFO = {} as GraphQLResolveInfo
const ROOTS = ['Query', 'Mutation', 'Subscription']

describe.each([network, billing, payments(SETTINGS, silent), risk].map((definition) => [definition.name, definition]))(
  '%s',
  (_, { sdlFolder, policies }) => {
    const typeDefs = readSdl(sdlFolder)
    // No resolver of its own is behind the fields: what is let through would answer.
    const schema = enforceAuthorization(buildSubgraphSchema([{ typeDefs }]), policies as never)
    const types = typeDefs.definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
    const isMarked = ({ directives }: { directives?: readonly { name: { value: string } }[] | undefined }): boolean =>
      directives?.some(({ name }) => MARKS.includes(name.value)) ?? false
    const marked = types.flatMap((type) =>
      (type.fields ?? []).filter(isMarked).map((field) => [`${type.name.value}.${field.name.value}`]),
    )
    const entities = types
      .filter((type) => isMarked(type) && !ROOTS.includes(type.name.value))
      .map((type) => type.name.value)

    const typeAt = (name: string): GraphQLObjectType => {
      const type = schema.getType(name)
      if (!isObjectType(type)) throw new Error(`there is no type ${name}`)
      return type
    }
    const context = { actor: ANONYMOUS }
    const refused = { extensions: { code: 'UNAUTHENTICATED' } }

    it('has marks', () => expect([marked.length > 0, entities.length > 0]).toEqual([true, true]))

    it.each(marked)('tells nobody %s who is not signed in', async (coordinate) => {
      const [typeName = '', fieldName = ''] = coordinate.split('.')
      const field = typeAt(typeName).getFields()[fieldName]
      await expect(async () => field?.resolve?.({}, {}, context, NO_INFO)).rejects.toMatchObject(refused)
    })

    it.each(entities)('hands no %s out to who is not signed in', async (name) => {
      await expect(async () => typeAt(name).isTypeOf?.({}, context, NO_INFO)).rejects.toMatchObject(refused)
    })
  },
)
