import { HISTORY_PLUGIN } from '@graphiql/plugin-history'
import { useMonaco } from '@graphiql/react'
import { GraphiQL, type GraphiQLProps } from 'graphiql'
import { useEffect } from 'react'
import type { PlaygroundConfig } from '../../src/playground/config.ts'
import { EXAMPLES_PLUGIN, ExamplesContext } from './examples.tsx'
import { createFetcher } from './fetcher.ts'

/** Everything but the children; made once per page, because GraphiQL reads the schema anew for each new fetcher. */
export function graphiqlProps(config: PlaygroundConfig): GraphiQLProps {
  const hasHeaders = Object.keys(config.headers).length > 0
  return {
    fetcher: createFetcher(config),
    plugins: [HISTORY_PLUGIN, EXAMPLES_PLUGIN],
    defaultEditorToolsVisibility: 'variables',
    // They hold tokens: nothing for the browser's storage, and each visit brings fresh ones.
    shouldPersistHeaders: false,
    ...(hasHeaders ? { defaultHeaders: JSON.stringify(config.headers, null, 2) } : {}),
  }
}

type PlaygroundProps = { readonly config: PlaygroundConfig; readonly graphiql: GraphiQLProps }

/** GraphiQL, but not before monaco is loaded: a tab chosen earlier than that would be given the first tab's text. */
export function Playground({ config, graphiql }: PlaygroundProps) {
  const { monaco, actions } = useMonaco()
  useEffect(() => {
    actions.initialize()
  }, [actions])
  if (monaco === undefined) {
    return (
      <p className="notice" role="status">
        Loading the playground…
      </p>
    )
  }
  return (
    <ExamplesContext value={config.tabs}>
      <GraphiQL {...graphiql}>
        <GraphiQL.Logo>{config.title}</GraphiQL.Logo>
      </GraphiQL>
    </ExamplesContext>
  )
}
