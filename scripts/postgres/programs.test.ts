import { expect, it } from 'vitest'
import { run, serverEnvironment } from './programs.ts'

it('keeps from the server what the environment says about another server, a terminal or a language', () => {
  const inherited = { PATH: '/bin', PGDATESTYLE: 'German', PG_COLOR: 'always', LANG: 'de_DE', LC_MESSAGES: 'de_DE' }
  expect(serverEnvironment(inherited)).toEqual({ PATH: '/bin', LC_ALL: 'C', TZ: 'UTC' })
})

it('answers with what a failed program printed, and with the system’s word when it could not run at all', async () => {
  expect(await run('/bin/sh', ['-c', 'echo out of luck >&2; exit 1'], undefined)).toEqual({
    ok: false,
    output: 'out of luck\n',
  })
  expect(await run('/no/such/program', [], undefined)).toEqual({ ok: false, output: expect.stringContaining('ENOENT') })
})
