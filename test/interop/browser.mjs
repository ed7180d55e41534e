import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless Chromium with a profile of its own; `close` ends it and removes the profile.
 *
 * @param {{ lang?: string, env?: Record<string, string | undefined> }} [options] lang: the browser's language, default `en`
 * @returns {Promise<{ browser: import('puppeteer-core').Browser, close: () => Promise<void> }>}
 * @throws {Error} with what to install, where Chromium or puppeteer-core is missing. `CHROMIUM` names another program.
 */
export async function startBrowser({ lang = 'en', env = process.env } = {}) {
  if (!existsSync(CHROMIUM)) throw new Error(`No Chromium at ${CHROMIUM}: install it, or name it in CHROMIUM.`)
  const { default: puppeteer } = await import('puppeteer-core').catch((cause) => {
    throw new Error('puppeteer-core is missing: run "npm ci" in test/interop.', { cause })
  })
  const userDataDir = await mkdtemp(join(tmpdir(), 'sse-mcp-chromium-'))
  const args = [...FLAGS, `--lang=${lang}`, `--accept-lang=${lang}`]
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, headless: true, userDataDir, args, env })
  const close = async () => {
    await browser.close()
    await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { browser, close }
}
