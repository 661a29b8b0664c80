/** One example operation: `name` is its title, `variables` the JSON text for the variables editor ('' for none). */
export type PlaygroundTab = { readonly name: string; readonly query: string; readonly variables: string }

/** What the page reads from `/playground/config.json`. */
export type PlaygroundConfig = {
  /** Where queries and mutations are posted: an absolute URL, or a path on the page's own origin. */
  readonly graphqlUrl: string
  /** Where graphql-ws listens: a ws: or wss: URL, or a path on the page's own origin. */
  readonly subscriptionUrl: string
  readonly title: string
  /** Pre-filled request headers; on the WebSocket they travel as connection parameters. */
  readonly headers: Readonly<Record<string, string>>
  readonly tabs: readonly PlaygroundTab[]
}
