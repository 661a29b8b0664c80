import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlaygroundOptions, servePlayground } from './assets.ts'

const SCRIPT = 'console.log("the playground")'
const HTML = { accept: 'text/html,*/*;q=0.8' }
const TABS = [{ name: 'A', query: '{ a }', variables: '' }]

type Answer = { readonly status: number | undefined; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
type Ask = (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>

/** node:http sends a path as it is; fetch would resolve `..` before it leaves. */
const asking =
  (port: number): Ask =>
  (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ port, path, headers, method, agent: false }, async (response) =>
        resolve({ status: response.statusCode, headers: response.headers, body: await buffer(response) }),
      )
      request.on('error', reject).end()
    })

let directory: string
const stops: (() => Promise<unknown>)[] = []

async function serve(options: Partial<PlaygroundOptions> = {}): Promise<Ask> {
  const handle = servePlayground({ enabled: true, tabs: TABS, directory: join(directory, 'dist'), ...options })
  const server = createServer((request, response) => {
    if (!handle(request, response)) response.writeHead(418).end('not the playground')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => new Promise((resolve) => server.close(resolve)))
  return asking((server.address() as AddressInfo).port)
}

async function writeBundle(dist: string): Promise<void> {
  await mkdir(join(dist, 'assets'), { recursive: true })
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>CarrierGraph</title>')
  await writeFile(join(dist, '.stamp'), 'secret of the build')
  await writeFile(join(dist, 'assets/index-1a2b.js'), SCRIPT)
  await writeFile(join(dist, 'assets/index-1a2b.js.br'), brotliCompressSync(SCRIPT))
  await writeFile(join(dist, 'assets/index-1a2b.js.gz'), gzipSync(SCRIPT))
  await writeFile(join(dist, 'assets/font-1a2b.woff2'), 'glyphs')
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'playground-'))
  await writeBundle(join(directory, 'dist'))
  await writeFile(join(directory, 'outside.txt'), 'outside')
})

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()))
  await rm(directory, { recursive: true })
})

describe('the page', () => {
  it('is at / for a client that accepts text/html, never cached unasked', async () => {
    const ask = await serve()
    const { status, headers, body } = await ask('/?from=a-link', HTML)
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ])
    expect(headers.vary).toBe('accept, accept-encoding')
    expect(body.toString()).toContain('<title>CarrierGraph</title>')
  })

  it.each([
    ['/', { accept: '*/*' }, 'GET'],
    ['/', { accept: 'application/json' }, 'GET'],
    ['/', HTML, 'POST'],
    ['/graphql', HTML, 'GET'],
    ['/playgrounds', HTML, 'GET'],
    ['//playground/config.json', HTML, 'GET'],
  ])('leaves %s with %o and %s to the next handler', async (path, headers, method) => {
    const ask = await serve()
    expect((await ask(path, headers, method)).body.toString()).toBe('not the playground')
  })

  it('is found from /playground too', async () => {
    const ask = await serve()
    const { status, headers } = await ask('/playground/')
    expect([status, headers.location]).toEqual([307, '/'])
  })
})

describe('assets', () => {
  it('are cached for ever, because their names hold a hash of their content', async () => {
    const ask = await serve()
    const { status, headers, body } = await ask('/playground/assets/index-1a2b.js')
    expect([status, headers['content-type'], headers['cache-control'], headers['content-encoding']]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      undefined,
    ])
    expect(body.toString()).toBe(SCRIPT)
  })

  it.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['gzip', 'gzip', gunzipSync],
  ])('come compressed when the client sends Accept-Encoding: %s', async (accepted, encoding, unpack) => {
    const ask = await serve()
    const { headers, body } = await ask('/playground/assets/index-1a2b.js', { 'accept-encoding': accepted })
    expect([headers['content-encoding'], headers.vary]).toEqual([encoding, 'accept-encoding'])
    expect(unpack(body).toString()).toBe(SCRIPT)
  })

  it('come as they are when nothing smaller was built', async () => {
    const ask = await serve()
    const { headers, body } = await ask('/playground/assets/font-1a2b.woff2', { 'accept-encoding': 'br' })
    expect([headers['content-type'], headers['content-encoding'], body.toString()]).toEqual([
      'font/woff2',
      undefined,
      'glyphs',
    ])
  })

  it('answer HEAD with the headers of GET and no body', async () => {
    const ask = await serve()
    const { status, headers, body } = await ask('/playground/assets/index-1a2b.js', {}, 'HEAD')
    expect([status, headers['content-length'], body.length]).toEqual([200, `${SCRIPT.length}`, 0])
  })

  it('refuse other methods with 405', async () => {
    const ask = await serve()
    const { status, headers } = await ask('/playground/config.json', {}, 'POST')
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it.each([
    '/playground/assets/gone.js',
    '/playground/assets/',
    '/playground/assets/index-1a2b.js.br',
    '/playground/index.html',
    '/playground/.stamp',
    '/playground/../outside.txt',
    '/playground/assets/../../../outside.txt',
    '/playground/assets/..%2f..%2f..%2foutside.txt',
    '/playground/assets/%2e%2e/.stamp',
    '/playground/assets/..\\..\\..\\outside.txt',
    '/playground//etc/passwd',
    '/playground/__proto__',
  ])('answer 404 for %s', async (path) => {
    const ask = await serve()
    const { status, body } = await ask(path)
    expect([status, body.toString()]).toEqual([404, 'Not found.\n'])
  })
})

it('sends the security headers with every answer', async () => {
  const ask = await serve()
  for (const path of ['/', '/playground/config.json', '/playground/assets/index-1a2b.js', '/playground/gone']) {
    expect((await ask(path, HTML)).headers, path).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
      ),
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  }
})

describe('config.json', () => {
  it('holds the endpoints, the title and the tabs, and no header unless told so', async () => {
    const ask = await serve()
    const { headers, body } = await ask('/playground/config.json')
    expect([headers['content-type'], headers['cache-control']]).toEqual(['application/json', 'no-store'])
    expect(JSON.parse(body.toString())).toEqual({
      graphqlUrl: '/graphql',
      subscriptionUrl: '/graphql',
      title: 'CarrierGraph',
      headers: {},
      tabs: TABS,
    })
  })

  it('asks for the headers at each visit', async () => {
    let visits = 0
    const ask = await serve({ headers: async () => ({ authorization: `Bearer ${++visits}` }) })
    await ask('/playground/config.json')
    expect(JSON.parse((await ask('/playground/config.json')).body.toString()).headers.authorization).toBe('Bearer 2')
  })

  it('keeps the headers from a page that was opened under a name which is not this machine’s', async () => {
    const ask = await serve({ headers: () => ({ authorization: 'Bearer secret' }) })
    const { status, body } = await ask('/playground/config.json', { host: 'evil.example' })
    expect([status, JSON.parse(body.toString()).headers]).toEqual([200, {}])
  })

  it('answers 500 with the reason when the headers cannot be made', async () => {
    const ask = await serve({ headers: () => Promise.reject(new Error('the token issuer does not answer')) })
    const { status, body } = await ask('/playground/config.json')
    expect([status, body.toString()]).toEqual([500, 'the token issuer does not answer\n'])
  })
})

it('answers 404 everywhere when it is switched off, and tells no header', async () => {
  const ask = await serve({ enabled: false, headers: () => ({ authorization: 'Bearer secret' }) })
  for (const path of ['/', '/playground', '/playground/config.json', '/playground/assets/index-1a2b.js']) {
    const { status, body } = await ask(path, HTML)
    expect([path, status, body.toString()]).toEqual([path, 404, 'The playground is switched off here.\n'])
  }
})

it('says how to build it while it is not built, and serves it as soon as it is', async () => {
  const dist = join(directory, 'later')
  const ask = await serve({ directory: dist })
  const early = await ask('/', HTML)
  expect([early.status, early.body.toString()]).toEqual([503, expect.stringContaining('playground build')])
  await writeBundle(dist)
  expect((await ask('/', HTML)).status).toBe(200)
})

it('goes on with the bundle that it began with when another one takes its place', async () => {
  const dist = join(directory, 'replaced')
  await writeBundle(dist)
  const ask = await serve({ directory: dist })
  await ask('/', HTML)
  await rm(dist, { recursive: true })
  expect((await ask('/playground/assets/index-1a2b.js')).body.toString()).toBe(SCRIPT)
})
