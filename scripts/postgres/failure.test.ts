import { describe, expect, it } from 'vitest'
import { explainError, explainOutput, type PostgresStartCode, PostgresStartError } from './failure.ts'

const facts = { dataDir: '/srv/graph/postgres', port: 4006, logFile: '/srv/graph/postgres.log' }

/** What PostgreSQL 18 and the dynamic loaders print, and what the reader must find in our sentence. */
const OUTPUTS: { output: string; code: PostgresStartCode; names: string }[] = [
  {
    output: 'postgres: error while loading shared libraries: libicuuc.so.60: cannot open shared object file',
    code: 'MISSING_LIBRARY',
    names: 'libicuuc.so.60',
  },
  {
    output: 'dyld[71]: Library not loaded: @rpath/libssl.dylib',
    code: 'MISSING_LIBRARY',
    names: '@rpath/libssl.dylib',
  },
  {
    output: "postgres: /lib64/libc.so.6: version `GLIBC_2.34' not found (required by postgres)",
    code: 'MISSING_LIBRARY',
    names: 'GLIBC_2.34',
  },
  {
    output: 'FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device',
    code: 'DISK_FULL',
    names: '/srv/graph/postgres',
  },
  {
    output: 'FATAL:  could not create shared memory segment: No space left on device',
    code: 'SHARED_MEMORY',
    names: '--shm-size',
  },
  {
    output:
      'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nFATAL:  could not create any TCP/IP sockets',
    code: 'PORT_IN_USE',
    names: '4006',
  },
  {
    output: 'FATAL:  could not resize shared memory segment "/PostgreSQL.7" to 1048576 bytes: No space left on device',
    code: 'SHARED_MEMORY',
    names: '--shm-size',
  },
  {
    output: 'FATAL:  could not create semaphores: No space left on device',
    code: 'SHARED_MEMORY',
    names: 'kernel.sem',
  },
  {
    output: 'FATAL:  lock file "postmaster.pid" already exists\nHINT:  Is another postmaster (PID 9) running?',
    code: 'STILL_STOPPING',
    names: 'wait',
  },
  {
    output: 'initdb: error: could not look up effective user ID 4711: user does not exist',
    code: 'NO_PASSWD_ENTRY',
    names: '4711',
  },
  {
    output: 'FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use',
    code: 'STILL_STOPPING',
    names: 'wait',
  },
  {
    output: 'initdb: error: could not access directory "x": Permission denied',
    code: 'NOT_OWNER',
    names: '/srv/graph/postgres',
  },
  {
    output: 'LOG:  starting\nFATAL:  unrecognized configuration parameter "fsink"\nLOG:  shut down',
    code: 'START_FAILED',
    names: 'unrecognized configuration parameter "fsink"; read /srv/graph/postgres.log',
  },
  { output: '', code: 'START_FAILED', names: 'it said nothing' },
]

describe('a failed start', () => {
  it.each(OUTPUTS)('is explained as $code naming $names', ({ output, code, names }) => {
    const error = explainOutput(output, facts)
    expect(error).toBeInstanceOf(PostgresStartError)
    expect(error.code).toBe(code)
    expect(error.message).toContain(names)
    expect(error.message).toMatch(/^[^\n]+\.$/)
    expect(error.cause).toBe(output)
  })

  it('keeps the explanation that it already has', () => {
    const explained = new PostgresStartError('LOCKED', 'Permission denied to judge twice.')
    expect(explainError(explained, facts)).toBe(explained)
  })

  it('is explained when Node itself met the full disk', () => {
    const error = explainError(new Error('ENOSPC: no space left on device, mkdir'), facts)
    expect([error.code, error.cause]).toEqual(['DISK_FULL', expect.any(Error)])
  })
})
