/** What `test/global-setup.ts` hands to every test file; read it with vitest's `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the test server. A superuser bypasses row-level security: connect to a test database instead. */
    postgresUrl: string
    /** Eight hex digits in the name of every database and role of this run. */
    testRunId: string
  }
}

export {}
