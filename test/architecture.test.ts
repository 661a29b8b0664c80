// The shape of the house, as CONTRIBUTING.md tells it: who may import whom. Imports are read from the sources, so a
// breach fails here and not in a review.

import { globSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { expect, it } from 'vitest'
import { repositoryFile, SUBGRAPHS } from '../scripts/subgraphs.ts'

interface Import {
  file: string
  /** A path from the repository's root for the project's own files, the specifier for packages. */
  target: string
}

const IMPORT =
  /^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
const WORKSPACE = /^@carriergraph\/([a-z]+)\/(.*)$/

const imports: Import[] = globSync(['gateway/**/*.ts', 'subgraphs/**/*.ts', 'scripts/**/*.ts'], {
  cwd: repositoryFile('.'),
  exclude: (name) => name.includes('node_modules'),
}).flatMap((file) =>
  [...readFileSync(repositoryFile(file), 'utf8').matchAll(IMPORT)].map((match) => ({
    file,
    target: resolved(file, match[1] ?? match[2] ?? match[3] ?? ''),
  })),
)

function resolved(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.normalize(posix.join(dirname(file), specifier))
  const [, name, path] = WORKSPACE.exec(specifier) ?? []
  if (name === undefined) return specifier
  return name === 'gateway' ? `gateway/src/${path}` : `subgraphs/${name}/src/${path}`
}

const breaches = (from: RegExp, allowed: (target: string) => boolean): string[] =>
  imports
    .filter(({ file, target }) => from.test(file) && !file.endsWith('.test.ts') && !allowed(target))
    .map(({ file, target }) => `${file} imports ${target}`)

const isOwnCode = (target: string): boolean => /^(gateway|subgraphs|scripts|test)\//.test(target)

it('finds the imports that the rules below are about', () => {
  expect(imports.length).toBeGreaterThan(300)
  expect(imports.filter(({ target }) => target.startsWith('subgraphs/shared/')).length).toBeGreaterThan(100)
})

it.each(SUBGRAPHS.map(({ name }) => name))('%s imports no other subgraph, only itself and the shared kit', (name) => {
  const own = new RegExp(`^subgraphs/${name}/`)
  expect(
    breaches(own, (target) => !isOwnCode(target) || own.test(target) || target.startsWith('subgraphs/shared/')),
  ).toEqual([])
})

it('lets the shared kit import nothing but itself', () => {
  const own = /^subgraphs\/shared\//
  expect(breaches(own, (target) => !isOwnCode(target) || own.test(target))).toEqual([])
})

it('lets the gateway import the shared kit and itself only', () => {
  expect(
    breaches(/^gateway\/src\//, (target) => !isOwnCode(target) || /^(gateway|subgraphs\/shared)\//.test(target)),
  ).toEqual([])
})

it('keeps domain code pure: no GraphQL, no database, no input or output, nothing of the kit but values', () => {
  const allowed =
    /^(subgraphs\/shared\/src\/(money\/|cards\/|ledger\/(account|posting-code|transfer)\.ts|outcome\.ts|ids\.ts|explanation\.ts|printable-text\.ts|mod-97\.ts)|subgraphs\/\w+\/src\/domain\/|decimal\.js$|ibantools$|zod$)/
  expect(breaches(/^subgraphs\/\w+\/src\/domain\//, (target) => allowed.test(target))).toEqual([])
})

it('lets neither the clock nor chance into domain code', () => {
  const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\b|\bprocess\./
  const files = globSync('subgraphs/*/src/domain/**/*.ts', { cwd: repositoryFile('.') })
  const found = files.filter(
    (file) => !file.endsWith('.test.ts') && impure.test(readFileSync(repositoryFile(file), 'utf8')),
  )
  expect(files.length).toBeGreaterThan(8)
  expect(found).toEqual([])
})

it('lets database code import domain and tables, never resolvers', () => {
  expect(
    breaches(/^subgraphs\/\w+\/src\/db\//, (target) => !/\/resolvers\/|\/service\.ts$|^graphql$/.test(target)),
  ).toEqual([])
})

it('keeps the gateway free of words of the domain', () => {
  const words = /\b(slices?|violations?|billing|payments?|ledgers?|wallets?|tariffs?|kyc|invoices?|balances?)\b/i
  const files = globSync('gateway/src/**/*.ts', { cwd: repositoryFile('.') }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  const found = files.flatMap((file) =>
    readFileSync(repositoryFile(file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        words.test(line.replaceAll('.slice(', '')) ? [`${file}:${index + 1} ${line.trim()}`] : [],
      ),
  )
  expect(found).toEqual([])
})

it('has no file of more than 500 lines and none named for being a drawer', () => {
  const sources = ['gateway/src/**/*.ts', 'subgraphs/*/src/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts']
  const files = globSync([...sources, 'schema/subgraphs/**/*.graphql'], { cwd: repositoryFile('.') }).filter(
    (file) => !file.includes('/generated/'),
  )
  const lines = (file: string) => readFileSync(repositoryFile(file), 'utf8').split('\n').length
  expect(files.filter((file) => lines(file) > 500)).toEqual([])
  expect(files.filter((file) => /\/(utils?|helpers?|common|misc|manager)\.ts$/.test(file))).toEqual([])
})
