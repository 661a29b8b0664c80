import { topologyImport } from './topology-import.ts'

process.exitCode = await topologyImport(process.argv.slice(2), {
  env: process.env,
  environmentFile: new URL('../../../../.carriergraph/environment.json', import.meta.url),
  stdout: process.stdout,
  stderr: process.stderr,
})
