import { type GraphiQLPlugin, UnStyledButton, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { createContext, useContext } from 'react'
import type { PlaygroundTab } from '../../src/playground/config.ts'
import { operationName } from './tabs.ts'

export const ExamplesContext = createContext<readonly PlaygroundTab[]>([])

/** Goes to the tab that holds the example as it is, or opens it in a new one. */
function useOpenExample(): (example: PlaygroundTab) => void {
  const { addTab, changeTab } = useGraphiQLActions()
  const tabs = useGraphiQL((state) => state.tabs)
  const queryEditor = useGraphiQL((state) => state.queryEditor)
  const variableEditor = useGraphiQL((state) => state.variableEditor)
  return (example) => {
    const open = tabs.findIndex((tab) => tab.query === example.query && (tab.variables ?? '') === example.variables)
    if (open !== -1) return changeTab(open)
    addTab()
    queryEditor?.setValue(example.query)
    variableEditor?.setValue(example.variables)
  }
}

function Examples() {
  const examples = useContext(ExamplesContext)
  const openExample = useOpenExample()
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <UnStyledButton type="button" onClick={() => openExample(example)}>
              {example.name}
              <small>{operationName(example.query)}</small>
            </UnStyledButton>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.2" height="1em" aria-hidden="true">
      <path d="M5 2.5h8M5 7h8M5 11.5h8" />
      <path d="M1 2.5h1.5M1 7h1.5M1 11.5h1.5" />
    </svg>
  )
}

/** A panel that lists the examples by title, so that a closed one is found again. */
export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: Examples }
