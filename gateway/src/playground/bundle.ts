import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { acceptsListed } from './accepts-listed.ts'

type Packed = { readonly encoding: string; readonly body: Buffer }

/** One file of the bundle as it is, and as it was compressed at build time, the smallest first. */
export type Asset = { readonly contentType: string; readonly body: Buffer; readonly packed: readonly Packed[] }

export type Bundle = {
  readonly index: Asset
  /** By request path, such as `/playground/assets/index-CDZwkQsZ.js`. */
  readonly assets: ReadonlyMap<string, Asset>
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
}

const PACKED_FORMS = [
  { encoding: 'br', extension: '.br' },
  { encoding: 'gzip', extension: '.gz' },
] as const

const isPacked = (name: string): boolean => PACKED_FORMS.some(({ extension }) => name.endsWith(extension))

async function readFolder(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((file) => file.isFile()).map(({ name }) => name)
  const read = async (name: string): Promise<[string, Asset]> => {
    const forms = PACKED_FORMS.filter(({ extension }) => names.includes(name + extension))
    const packed = forms.map(async ({ encoding, extension }) => ({
      encoding,
      body: await readFile(join(folder, name + extension)),
    }))
    const contentType = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream'
    return [name, { contentType, body: await readFile(join(folder, name)), packed: await Promise.all(packed) }]
  }
  return new Map(await Promise.all(names.filter((name) => !isPacked(name)).map(read)))
}

/**
 * Reads a built playground (some 10 MB) into memory, so that a rebuild under a running gateway never mixes two bundles,
 * and so that a request path is only ever looked up and never reaches the file system.
 *
 * @returns null when there is no built playground in the directory
 */
export async function readBundle(directory: string): Promise<Bundle | null> {
  try {
    const [root, files] = await Promise.all([readFolder(directory), readFolder(join(directory, 'assets'))])
    const index = root.get('index.html')
    if (index === undefined) return null
    return { index, assets: new Map([...files].map(([name, asset]) => [`/playground/assets/${name}`, asset])) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** The smallest form of an asset that a client with this Accept-Encoding can read. */
export function negotiate(asset: Asset, acceptEncoding: string | undefined): Packed {
  const packed = asset.packed.find(({ encoding }) => acceptsListed(acceptEncoding, encoding))
  return packed ?? { encoding: 'identity', body: asset.body }
}
