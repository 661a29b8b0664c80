import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPlayground } from './build.ts'

describe('building the playground', () => {
  let parent: string
  let directory: string

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'build-'))
    directory = join(parent, 'dist')
  })

  afterAll(() => rm(parent, { recursive: true }))

  it('survives two builds at once and leaves nothing but a whole bundle behind', async () => {
    const messages: string[] = []
    const onProgress = (message: string): void => void messages.push(message)
    const results = await Promise.all([buildPlayground({ directory, onProgress }), buildPlayground({ directory })])
    expect(results.map(({ built }) => built)).toEqual([true, true])
    expect(await readdir(parent)).toEqual(['dist'])
    expect(messages).toContainEqual(expect.stringMatching(/^bundling the playground: \d+ modules$/))

    const page = await readFile(join(directory, 'index.html'), 'utf8')
    const assets = await readdir(join(directory, 'assets'))
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
    expect(named.length).toBeGreaterThan(0)
    for (const address of named) {
      expect(address).toMatch(/^\/playground\/assets\/.*-[\w-]{8}\.\w+$/)
      expect(assets).toContain(address?.replace('/playground/assets/', ''))
    }
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/)
  })

  it('packs every script and stylesheet, and bundles the fonts and the three workers', async () => {
    const assets = await readdir(join(directory, 'assets'))
    for (const name of assets.filter((asset) => /\.(js|css)$/.test(asset))) {
      expect(assets).toEqual(expect.arrayContaining([`${name}.br`, `${name}.gz`]))
    }
    expect(assets).toEqual(
      expect.arrayContaining(
        [/^editor\.worker-.*\.js$/, /^graphql\.worker-.*\.js$/, /^json\.worker-.*\.js$/, /^fira-code.*\.woff2$/].map(
          (name) => expect.stringMatching(name),
        ),
      ),
    )
  })

  it('holds one copy of graphql in the page, as two do not know one another’s types', async () => {
    const assets = await readdir(join(directory, 'assets'))
    const scripts = assets.filter((name) => name.endsWith('.js') && !name.includes('.worker-'))
    const sources = await Promise.all(scripts.map((name) => readFile(join(directory, 'assets', name), 'utf8')))
    const copies = sources.flatMap((source) => [...source.matchAll(/Duplicate "graphql" modules cannot be used/g)])
    expect(copies).toHaveLength(1)
  })

  it('is made for production, and leaves the environment of its caller alone', async () => {
    const assets = await readdir(join(directory, 'assets'))
    const scripts = assets.filter((name) => name.endsWith('.js'))
    const sources = await Promise.all(scripts.map((name) => readFile(join(directory, 'assets', name), 'utf8')))
    expect(sources.some((source) => source.includes('react.dev/errors/'))).toBe(true)
    expect(sources.some((source) => source.includes('Download the React DevTools'))).toBe(false)
    expect(process.env.NODE_ENV).toBe('test')
  })

  it('does nothing when the bundle is of these sources, and builds again when it is not', async () => {
    expect(await buildPlayground({ directory })).toMatchObject({ built: false, directory })
    await writeFile(join(directory, '.stamp'), 'of other sources')
    expect(await buildPlayground({ directory })).toMatchObject({ built: true, directory })
    expect(await buildPlayground({ directory })).toMatchObject({ built: false })
  })
})
