import { once } from 'node:events'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, noBrowser, openPage, type PageFaults } from '../../../test/support/browser.ts'
import { buildPlayground } from '../../playground/build.ts'
import type { PlaygroundTab } from './config.ts'
import { startToyGraph, type ToyGraph } from './toy-graph.ts'

const GREET: PlaygroundTab = {
  name: 'Greets by name',
  query:
    '# Greets by name\nquery Greet($name: String!) {\n  greeting(name: $name) {\n    text\n    authorization\n  }\n}',
  variables: '{ "name": "Ada" }',
}
const WATCH: PlaygroundTab = {
  name: 'Alerts as they happen',
  query: '# Alerts as they happen\nsubscription Watch {\n  alert {\n    number\n    authorization\n  }\n}',
  variables: '',
}
const FAREWELL: PlaygroundTab = { name: 'Later', query: 'query Later { __typename }', variables: '' }

/** How long to wait for what must come, on however slow a machine; vitest's own second is for functions. */
const PATIENCE_MS = 30_000

const NO_FAULTS: PageFaults = { foreignRequests: [], policyViolations: [], errors: [] }

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })
const labels = (page: Page): Promise<string[]> => page.getByRole('tab').allInnerTexts()
const run = (page: Page) => page.getByRole('button', { name: 'Execute query' }).click()
const stop = (page: Page) => page.getByRole('button', { name: 'Stop query' }).click()
const editor = (page: Page, label: string) => page.getByRole('region', { name: label }).locator('.view-lines')
const response = (page: Page) => editor(page, 'Result Window')
/** Waits until the text is shown; monaco writes its blanks as no-break spaces, which match a blank here. */
const shows = (page: Page, text: string): Promise<void> => response(page).getByText(text).first().waitFor()

describe.skipIf(noBrowser !== null)(`the playground in Chromium${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  let browser: Browser
  let graph: ToyGraph
  const tabs = [GREET, WATCH]

  beforeAll(async () => {
    await buildPlayground()
    graph = await startToyGraph({ enabled: true, tabs, headers: () => ({ Authorization: 'Bearer of-today' }) })
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await graph?.close()
  })

  it('loads without asking any other origin, breaking its policy or logging an error, and opens the examples', async () => {
    const { page, faults } = await openPage(browser, graph.url)
    await tab(page, 'Watch').waitFor()
    expect(await labels(page)).toEqual(['Greet', 'Watch'])
    expect(await page.title()).toBe('CarrierGraph')
    // What is loaded on demand: the reference, the list of examples, completion by the worker, the formatter.
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.getByRole('link', { name: 'Subscription' }).click()
    await page.getByRole('button', { name: 'Show Examples' }).click()
    await page.getByRole('button', { name: 'Alerts as they happen' }).click()
    await editor(page, 'Operation Editor').getByText('subscription').waitFor()
    await editor(page, 'Operation Editor').getByText('number').click()
    await page.keyboard.press('End')
    await page.keyboard.type(' au')
    await page.getByRole('option', { name: /authorization/ }).click()
    await page.getByRole('button', { name: 'Prettify query' }).click()
    await editor(page, 'Operation Editor')
      .getByText(/^\s*number$/)
      .waitFor()
    expect(await page.evaluate(`document.fonts.ready.then((fonts) => fonts.check('15px "Fira Code"'))`)).toBe(true)
    expect(faults).toEqual(NO_FAULTS)
  })

  it('runs a query with the variables of the example and the given headers', async () => {
    const { page, faults } = await openPage(browser, graph.url)
    await editor(page, 'Operation Editor').getByText('Greet').first().waitFor()
    await run(page)
    await shows(page, 'Good morning, Ada')
    await shows(page, 'Bearer of-today')
    expect(faults).toEqual(NO_FAULTS)
  })

  it('shows the events of a subscription, authorized over the socket, and closes the socket when stopped', async () => {
    const { page, faults } = await openPage(browser, graph.url)
    await tab(page, 'Watch').click()
    const subscribed = once(graph.events, 'subscribed')
    await run(page)
    await subscribed
    graph.events.emit('alert', 7001)
    await shows(page, '7001')
    await shows(page, 'Bearer of-today')
    graph.events.emit('alert', 7002)
    await shows(page, '7002')
    const disconnected = once(graph.events, 'disconnected')
    await stop(page)
    await disconnected
    expect(faults).toEqual(NO_FAULTS)
  })

  it('keeps the user’s edits over a reload, but no header, and adds an example that is new', async () => {
    const { page, faults } = await openPage(browser, graph.url)
    await tab(page, 'Watch').click()
    await editor(page, 'Operation Editor').getByText('Watch').first().click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText('query Mine { __typename }')
    const storedTabs = (): Promise<string> => page.evaluate("localStorage.getItem('graphiql:tabState')")
    await expect.poll(storedTabs, { timeout: PATIENCE_MS }).toContain('query Mine')
    tabs.push(FAREWELL)
    await page.reload()
    await tab(page, 'Later').waitFor()
    expect(await labels(page)).toEqual(['Greet', 'Mine', 'Later'])
    await editor(page, 'Operation Editor').getByText('Mine').waitFor()
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('of-today')
    expect(faults).toEqual(NO_FAULTS)
  })

  it('says why it cannot start when its configuration is refused', async () => {
    const headers = () => Promise.reject(new Error('the token issuer does not answer'))
    const refusing = await startToyGraph({ enabled: true, tabs, headers })
    try {
      const { page } = await openPage(browser, refusing.url)
      const notice = page.getByRole('alert')
      await notice.waitFor()
      expect(await notice.textContent()).toMatch(
        /^The playground cannot start\. .*500: the token issuer does not answer/,
      )
    } finally {
      await refusing.close()
    }
  })

  it('needs unsafe-inline for styles: without it monaco’s styles are refused', async () => {
    const page = await browser.newPage()
    await page.route(graph.url, async (route) => {
      const original = await route.fetch()
      const policy = original.headers()['content-security-policy']?.replace(" 'unsafe-inline'", '')
      await route.fulfill({
        response: original,
        headers: { ...original.headers(), 'content-security-policy': policy ?? '' },
      })
    })
    const refused = new Set<string>()
    await page.exposeFunction('noteRefusal', (directive: string) => refused.add(directive))
    await page.addInitScript(
      "addEventListener('securitypolicyviolation', (event) => noteRefusal(event.effectiveDirective))",
    )
    await page.goto(graph.url)
    await editor(page, 'Operation Editor').waitFor({ state: 'attached' })
    await expect.poll(() => [...refused].sort(), { timeout: PATIENCE_MS }).toEqual(['style-src-attr', 'style-src-elem'])
  })
})
