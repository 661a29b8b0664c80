// Before anything of monaco: it starts its workers from files of this bundle.
import 'graphiql/setup-workers/vite'
// GraphiQL's own style.css is one file with monaco's styles (which monaco's modules bring along already) and with fonts
// as data: addresses, which our Content-Security-Policy refuses; hence its parts, and the fonts as files.
import '@fontsource/fira-code/latin-400.css'
import '@fontsource/roboto/latin-400.css'
import '@fontsource/roboto/latin-500.css'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import 'graphiql/graphiql.css'
import './styles.css'
import { StorageAPI } from '@graphiql/toolkit'
import { createRoot } from 'react-dom/client'
import type { PlaygroundConfig } from '../../src/playground/config.ts'
import { graphiqlProps, Playground } from './playground.tsx'
import { prepareSession } from './session.ts'

async function readConfig(): Promise<PlaygroundConfig> {
  const response = await fetch('/playground/config.json')
  if (!response.ok) throw new Error(`/playground/config.json answered ${response.status}: ${await response.text()}`)
  return response.json()
}

const container = document.getElementById('playground')
if (container === null) throw new Error('index.html has no #playground')
const root = createRoot(container)
try {
  const config = await readConfig()
  document.title = config.title
  prepareSession(new StorageAPI(), config.tabs)
  root.render(<Playground config={config} graphiql={graphiqlProps(config)} />)
} catch (error) {
  root.render(
    <p className="notice" role="alert">
      The playground cannot start. {error instanceof Error ? error.message : String(error)}
    </p>,
  )
}
