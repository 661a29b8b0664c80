import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { StatementSource } from '../read-statement.ts'
import { CheckFault } from './fault.ts'

/** A file on the disk. @throws CheckFault FILE_NOT_FOUND or FILE_NOT_READABLE */
export async function fileSource(path: string): Promise<StatementSource> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!found.isFile()) throw new CheckFault('FILE_NOT_READABLE', `${path} is no file.`)
  return {
    async *open() {
      try {
        yield* createReadStream(path)
      } catch (error) {
        throw unreadable(path, error)
      }
    },
  }
}

/** @throws CheckFault FILE_NOT_FOUND, FILE_NOT_READABLE or MAPPING_NOT_JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CheckFault('MAPPING_NOT_JSON', `${path}: ${error instanceof Error ? error.message : error}`)
  }
}

function unreadable(path: string, error: unknown): Error {
  if (!(error instanceof Error) || !('code' in error)) return error as Error
  if (error.code === 'ENOENT') return new CheckFault('FILE_NOT_FOUND', `${path}: there is no such file.`)
  return new CheckFault('FILE_NOT_READABLE', `${path} cannot be read: ${error.code}.`)
}
