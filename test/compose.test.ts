// docker-compose.yml without a Docker engine: each service that runs this project's code is started with exactly its
// command and environment, except that host names and ports are those of this machine.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { newKeyRingText } from '@carriergraph/payments/vault/keys/key-ring.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { repositoryFile } from '../scripts/subgraphs.ts'
import { ask } from './support/client.ts'
import { freePorts } from './support/free-ports.ts'
import { until } from './support/until.ts'

interface ComposeService {
  image?: string
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, unknown>
  healthcheck?: { test: string[] }
  ports?: string[]
}

const SERVICES = ['issuer', 'network', 'billing', 'payments', 'risk', 'gateway'] as const
/** What a person puts into .env. */
const DOT_ENV: Record<string, string> = {
  POSTGRES_PASSWORD: 'compose-test',
  SIGNING_KEYS: 'k1:a-signing-key-of-at-least-32-characters',
  VAULT_KEY: newKeyRingText().trim().replace('\n', ','),
}

const compose: { services: Record<string, ComposeService>; volumes: object } = parse(
  readFileSync(repositoryFile('docker-compose.yml'), 'utf8'),
  { merge: true },
)

describe('docker-compose.yml', () => {
  it('has PostgreSQL 18, NATS, the four subgraphs and the gateway', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['postgres', 'nats', 'provision', ...SERVICES]),
    )
    expect(compose.services.postgres?.image).toMatch(/^postgres:18/)
    expect(compose.services.nats?.image).toMatch(/^nats:2/)
  })

  it('checks the health of every long-running service, and starts none before what it needs', () => {
    for (const name of ['postgres', 'nats', ...SERVICES])
      expect(compose.services[name]?.healthcheck?.test, name).toBeDefined()
    expect(Object.keys(compose.services.gateway?.depends_on ?? {})).toEqual(['network', 'billing', 'payments', 'risk'])
    expect(Object.keys(compose.services.billing?.depends_on ?? {})).toEqual(['provision', 'issuer'])
  })

  it('publishes the gateway alone, on the loopback address', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    )
    expect(published).toEqual(['gateway 127.0.0.1:4000:4000'])
  })

  it('is built from an image whose user is not root', () => {
    const dockerfile = readFileSync(repositoryFile('Dockerfile'), 'utf8')
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect(last).toMatch(/^USER node$/m)
    expect(dockerfile.match(/^FROM /gm)?.length).toBeGreaterThan(1)
  })
})

/** Every bare import that `entry` reaches, with the file that has it. */
function packagesOf(entry: string, seen = new Map<string, string>(), visited = new Set<string>()): Map<string, string> {
  if (visited.has(entry)) return seen
  visited.add(entry)
  for (const [, specifier = ''] of readFileSync(entry, 'utf8').matchAll(
    /^(?:import|export)\b(?! type)[^'"=]*?from '([^']+)'/gm,
  )) {
    if (specifier.startsWith('.')) packagesOf(join(dirname(entry), specifier), seen, visited)
    else if (!specifier.startsWith('node:'))
      seen.set(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
        entry,
      )
  }
  return seen
}

describe('the image', () => {
  it('has every package that its commands and tools import: what is installed there is dependencies alone', () => {
    const tools = ['issuer', 'provision', 'healthcheck', 'token', 'migrate', 'parked-events', 'verify-journal']
    const missing = tools.flatMap((tool) => {
      const { dependencies } = JSON.parse(readFileSync(repositoryFile('package.json'), 'utf8'))
      return [...packagesOf(repositoryFile(`scripts/${tool}.ts`)).keys()].filter((name) => !(name in dependencies))
    })
    expect(missing).toEqual([])
    expect(packagesOf(repositoryFile('scripts/issuer.ts')).has('jose')).toBe(true)
    for (const folder of [
      'gateway',
      'subgraphs/network',
      'subgraphs/billing',
      'subgraphs/payments',
      'subgraphs/risk',
    ]) {
      const { dependencies } = JSON.parse(readFileSync(repositoryFile(`${folder}/package.json`), 'utf8'))
      const imported = [...packagesOf(repositoryFile(`${folder}/src/main.ts`)).keys()]
      expect(
        imported.filter((name) => !(name in dependencies)),
        folder,
      ).toEqual([])
    }
  })
})

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as Compose reads them. */
function interpolate(text: string): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest: string) => {
    const value = DOT_ENV[name]
    if (value) return value
    if (kind === '-') return rest
    throw new Error(`${name} is not set: ${rest}`)
  })
}

describe('every service of the compose file', () => {
  const home = mkdtempSync(join(tmpdir(), 'carriergraph-compose-'))
  const children: ChildProcess[] = []
  const ports = new Map<string, number>()

  /** The container network's addresses, on this machine. */
  function local(text: string): string {
    const server = new URL(inject('postgresUrl'))
    return text
      .replaceAll('@postgres:5432', `@${server.host}`)
      .replace(/\/\/(\w+):(\d+)/g, (whole, name: string) =>
        ports.has(name) ? `//127.0.0.1:${ports.get(name)}` : whole,
      )
      .replaceAll('/var/lib/carriergraph', home)
  }

  function environmentOf(name: string): Record<string, string> {
    const entries = Object.entries(compose.services[name]?.environment ?? {})
    const environment = Object.fromEntries(entries.map(([key, value]) => [key, local(interpolate(value))]))
    const port = ports.get(name)
    // The superuser of this machine's server has another password than the container's.
    const admin = environment.ADMIN_DATABASE_URL ? { ADMIN_DATABASE_URL: inject('postgresUrl') } : {}
    return { PATH: process.env.PATH ?? '', ...environment, ...admin, ...(port ? { PORT: String(port) } : {}) }
  }

  function launch(name: string): ChildProcess {
    const [program, ...args] = compose.services[name]?.command ?? []
    expect(program).toBe('node')
    const child = spawn(process.execPath, args, { cwd: repositoryFile('.'), env: environmentOf(name), stdio: 'ignore' })
    children.push(child)
    return child
  }

  const healthy = async (name: string): Promise<boolean> => {
    const [, program, ...args] = compose.services[name]?.healthcheck?.test ?? []
    expect(program).toBe('node')
    const check = spawn(process.execPath, args, { cwd: repositoryFile('.'), env: environmentOf(name), stdio: 'ignore' })
    const [code] = await once(check, 'exit')
    return code === 0
  }

  beforeAll(async () => {
    const free = await freePorts(SERVICES.length)
    for (const [index, name] of SERVICES.entries()) ports.set(name, free[index] ?? 0)
  })
  afterAll(async () => {
    for (const child of children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(home, { recursive: true, force: true })
  })

  it('comes up healthy in the order of depends_on, and the gateway answers across them', async () => {
    const [code] = await once(launch('provision'), 'exit')
    expect(code).toBe(0)
    for (const wave of [['issuer'], ['network', 'billing', 'payments', 'risk'], ['gateway']]) {
      for (const name of wave) launch(name)
      for (const name of wave) await until(() => healthy(name))
    }
    const token = spawn(process.execPath, ['scripts/token.ts', '--role', 'operator'], {
      cwd: repositoryFile('.'),
      env: environmentOf('issuer'),
    })
    const words = await token.stdout.toArray()
    const answer = await ask(
      `http://127.0.0.1:${ports.get('gateway')}/graphql`,
      Buffer.concat(words).toString().trim(),
      '{ users { nodes { id } } slices { nodes { id } } tariffs { nodes { id } } payments { nodes { id } } }',
    )
    const empty = { nodes: [] }
    expect(answer).toEqual({ data: { users: empty, slices: empty, tariffs: empty, payments: empty } })
  })

  it('ends on SIGTERM with exit code 0', async () => {
    for (const child of children.filter(({ exitCode }) => exitCode === null).reverse()) {
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      expect(code, child.spawnargs.join(' ')).toBe(0)
    }
  })
})
