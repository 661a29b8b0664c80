import {
  ApolloClient,
  CombinedGraphQLErrors,
  CombinedProtocolErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from '@apollo/client'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { type Library, type LibraryOptions, startLibrary } from '../../testing/library.ts'

let library: Library
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options: LibraryOptions = {}): Promise<Library> {
  library = await startLibrary(options)
  closing.push(() => library.close())
  return library
}

const lent = (...days: number[]) => days.map((day) => ({ bookId: 'b1', days: day }))
const ACCEPT = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json'

function apollo(headers: Record<string, string> = {}): ApolloClient {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri: library.url, headers }),
    defaultOptions: { watchQuery: { fetchPolicy: 'no-cache' } },
  })
  closing.push(() => client.stop())
  return client
}

/** What a subscription of Apollo Client tells its observer, one after the other. */
function observe(query: string, headers: Record<string, string> = {}) {
  const told: unknown[] = []
  let wake = () => {}
  const tell = (what: unknown) => {
    told.push(what)
    wake()
  }
  const subscription = apollo(headers)
    .subscribe({ query: gql(query), fetchPolicy: 'no-cache', errorPolicy: 'all' })
    .subscribe({ next: tell, error: tell, complete: () => tell('complete') })
  closing.push(() => subscription.unsubscribe())
  return {
    leave: () => subscription.unsubscribe(),
    async next(): Promise<unknown> {
      while (told.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return told.shift()
    },
  }
}

describe('Apollo Client', () => {
  test('gets the events of a subscription, with the fields of other subgraphs', async () => {
    await start()
    const events = observe('subscription { bookLent { days book { id author { id name } } } }')
    await library.journal.whenStreams(1)
    library.journal.append(...lent(1, 2))
    for (const days of [1, 2])
      expect(await events.next()).toMatchObject({
        data: { bookLent: { days, book: { author: { name: 'Author a1' } } } },
      })
  })

  test('gets what is wrong with one event beside its data, and the next event', async () => {
    await start()
    const events = observe('subscription { bookLent { days book { id author { id name } } } }')
    await library.journal.whenStreams(1)
    library.journal.append({ bookId: 'b7', days: 1 }, { bookId: 'b1', days: 2 })
    const first = (await events.next()) as { data: unknown; error: unknown }
    expect(first.data).toMatchObject({ bookLent: { days: 1, book: { author: { name: null } } } })
    expect(CombinedGraphQLErrors.is(first.error) && first.error.errors[0]?.extensions).toEqual({ code: 'WITHDRAWN' })
    expect(await events.next()).toMatchObject({ data: { bookLent: { days: 2 } } })
  })

  test('ends the stream in the subgraph when it leaves, however quiet it is', async () => {
    await start()
    const events = observe('subscription { bookLent { days } }')
    await library.journal.whenStreams(1)
    events.leave()
    await library.journal.whenStreams(0)
  })

  test.each([
    ['is refused', 'subscription { staffBell { rings } }', 'UNAUTHENTICATED'],
    ['is refused by the subgraph', 'subscription { bookLent(after: "!") { days } }', 'INVALID_CURSOR'],
    ['is not valid', 'subscription { bookStolen { days } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('is told why a subscription %s', async (_, query, code) => {
    await start()
    const { error } = (await observe(query).next()) as { error: unknown }
    expect(CombinedProtocolErrors.is(error) && error.errors[0]?.extensions?.code).toBe(code)
  })

  test('is told that its token has expired, and the cursor to go on from', async () => {
    await start()
    const events = observe('subscription { bookLent { days } }', {
      authorization: await library.issuer.bearer({ expiresIn_s: 4 }),
    })
    await library.journal.whenStreams(1)
    library.journal.append(...lent(1))
    expect(await events.next()).toMatchObject({ data: { bookLent: { days: 1 } } })
    const { error } = (await events.next()) as { error: unknown }
    expect(CombinedProtocolErrors.is(error) && error.errors[0]?.extensions).toEqual({
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_EXPIRED',
      cursor: '1',
    })
    await library.journal.whenStreams(0)
  })

  test('gets queries and mutations from the same client', async () => {
    await start()
    const client = apollo()
    const { data } = await client.mutate({
      mutation: gql('mutation { renameBook(id: "b2", title: "New") { id title } }'),
    })
    expect(data).toMatchObject({ renameBook: { title: 'New' } })
    const answer = await client.query({ query: gql('{ book(id: "b2") { id title rating } }') })
    expect(answer.data).toMatchObject({ book: { title: 'New', rating: 4 } })
  })
})

describe('a response', () => {
  const post = (query: string, accept: string) =>
    fetch(library.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    })

  test('is there before the first event, and says now and then that it lives', async () => {
    await start({ limits: { httpStream: { ...DEFAULT_LIMITS.httpStream, heartbeat_ms: 16 } } })
    const { headers, body } = await post('subscription { bookLent { days } }', ACCEPT)
    expect(headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0')
    const heartbeat = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n{}\r\n--graphql'
    let text = ''
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.length > 2 * heartbeat.length) break
    }
    expect(text.replaceAll(heartbeat, '')).toBe('\r\n--graphql')
  })

  test('to a query is plain JSON where that is accepted, and else one part', async () => {
    await start()
    const query = '{ book(id: "b1") { title } }'
    const [plain, parted] = [await post(query, ACCEPT), await post(query, 'multipart/mixed;subscriptionSpec=1.0')]
    expect(await plain.json()).toEqual({ data: { book: { title: 'Book b1' } } })
    expect(await parted.text()).toBe(
      '\r\n--graphql\r\ncontent-type: application/json; charset=utf-8\r\n\r\n' +
        '{"payload":{"data":{"book":{"title":"Book b1"}}}}\r\n--graphql--\r\n',
    )
  })
})
