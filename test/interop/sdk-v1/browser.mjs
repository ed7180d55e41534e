import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, firefox } from '../../../scripts/parts.mjs'

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless browser with a profile of its own; `close` ends it and removes the profile.
 *
 * @param {{ kind?: 'chrome' | 'firefox', lang?: string, env?: Record<string, string | undefined>,
 *   flags?: string[] }} [options] lang: the browser's language, default `en`; flags: further ones of Chromium
 * @returns {Promise<{ browser: import('puppeteer-core').Browser, close: () => Promise<void> }>}
 * @throws {Error} with what to install, where the browser or puppeteer-core is missing. `CHROMIUM`, `FIREFOX` name others.
 */
export async function startBrowser({ kind = 'chrome', lang = 'en', env = process.env, flags = [] } = {}) {
  const isChrome = kind === 'chrome'
  const executablePath = isChrome ? chromium() : firefox()
  if (!executablePath) throw new Error(`No ${kind} here: npm run setup brings it, or says how.`)
  const { default: puppeteer } = await import('puppeteer-core').catch((cause) => {
    throw new Error('puppeteer-core is missing: run "npm ci" in test/interop/sdk-v1.', { cause })
  })
  const userDataDir = await mkdtemp(join(tmpdir(), 'sse-mcp-browser-'))
  const args = isChrome ? [...CHROMIUM_FLAGS, `--lang=${lang}`, `--accept-lang=${lang}`, ...flags] : []
  const extraPrefsFirefox = isChrome ? undefined : { 'intl.accept_languages': lang, 'intl.locale.requested': lang }
  const options = { browser: kind, executablePath, headless: true, userDataDir, args, env, extraPrefsFirefox }
  const browser = await puppeteer.launch(options)
  const close = async () => {
    await browser.close()
    await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { browser, close }
}
