import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

/**
 * Why tests that need a browser are skipped, or null to run them. With CI=true they always run, so that a build without
 * Chromium fails instead of passing with less than it promises.
 */
export const noBrowser: string | null =
  process.env.CI === 'true' || existsSync(CHROMIUM)
    ? null
    : `needs ${CHROMIUM} (on Debian: apt-get install -y chromium); with CI=true this is a failure`

/** Starts a headless Chromium with a fresh profile; it reaches the loopback interface and nothing else. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
    ],
  })

/** What went on in a page that a well-behaved page avoids; each list grows as it happens. */
export type PageFaults = {
  /** Addresses asked for outside the page's own origin, WebSockets included. */
  readonly foreignRequests: string[]
  /** Directive and blocked address of each breach of the Content-Security-Policy. */
  readonly policyViolations: string[]
  /** Errors and warnings of the console, uncaught exceptions, and requests that failed or were answered >= 400. */
  readonly errors: string[]
}

const hostOf = (address: string): string => new URL(address).host

/** Opens a page in a profile of its own and records its faults from the first request on. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; faults: PageFaults }> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  const faults: PageFaults = { foreignRequests: [], policyViolations: [], errors: [] }
  const noteAddress = (address: string): void => {
    // data: and blob: addresses have no host and leave the page for nowhere.
    if (hostOf(address) !== '' && hostOf(address) !== hostOf(url)) faults.foreignRequests.push(address)
  }
  page.on('request', (request) => noteAddress(request.url()))
  page.on('websocket', (socket) => noteAddress(socket.url()))
  page.on('pageerror', (error) => faults.errors.push(error.message))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // What was under way when the page was left or loaded again; nobody waited for it any more.
    if (reason !== 'net::ERR_ABORTED') faults.errors.push(`${request.url()} ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) faults.errors.push(`${response.url()} ${response.status()}`)
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.errors.push(message.text())
  })
  await page.exposeFunction('noteViolation', (violation: string) => faults.policyViolations.push(violation))
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => noteViolation(e.effectiveDirective + ' ' + e.blockedURI))",
  )
  await page.goto(url)
  return { page, faults }
}
