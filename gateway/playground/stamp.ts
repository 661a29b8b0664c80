import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

const ROOT = import.meta.dirname
/** What decides over the bundle: its sources, how it is built, and every version that it may contain. */
const INPUTS = ['src', 'index.html', 'package.json', 'build.ts', 'bundle.ts', 'compress.ts', '../../pnpm-lock.yaml']

async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return null
      throw error
    },
  )
  if (entries === null) return [path]
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** SHA-256 over names and contents of everything that the bundle is made from, as hex. */
export async function stampOfSources(): Promise<string> {
  const files = (await Promise.all(INPUTS.map((input) => filesOf(join(ROOT, input))))).flat()
  const hash = createHash('sha256')
  for (const file of files.filter((name) => !/\.test\.tsx?$/.test(name)).sort()) {
    const content = await readFile(file)
    hash.update(`${relative(ROOT, file).split(sep).join('/')}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}
