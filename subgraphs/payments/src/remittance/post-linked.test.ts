import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import { expect, test } from 'vitest'
import { refusalOf } from './post-linked.ts'

const refused = (code: Extract<Posting, { ok: false }>['code']): Posting => ({
  ok: false,
  code,
  message: code,
})

test('a chain is refused for what refused it, and not for what that did to the others', () => {
  const failed = refused('LINKED_TRANSFER_FAILED')
  expect(refusalOf([failed, refused('ACCOUNT_FROZEN'), failed])).toBe('ACCOUNT_FROZEN')
  expect(refusalOf([failed])).toBe('LINKED_TRANSFER_FAILED')
  expect(refusalOf([])).toBeUndefined()
})

test('another transfer under an id of the chain is a fault: to try again under other ids would be to post twice', () => {
  expect(() => refusalOf([refused('LINKED_TRANSFER_FAILED'), refused('IDEMPOTENCY_KEY_REUSED')])).toThrow(
    'Another transfer was posted',
  )
})
