// The links of a text, rewritten for the site. A text of the repository becomes its page, a picture or a capture is
// copied, any other file is shown as a page of source (source.mjs), or linked to where `--source` says that the repository lies.
import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { ROOT } from '../scripts/parts.mjs'
import { PAGES } from './pages.mjs'

const COPIED = /\.(svg|png|pcap)$/
const HANDOUT = /^course\/handout\.(en|zh)\.html$/

/**
 * @param {string} path the text's path in the repository
 * @param {{ lang: string, base: string, source?: string, copy: (path: string) => void, show: (path: string) => void }} site
 *   copy, show: told of each file that is to be there as it is, or as a page of source
 */
export function withLinks(text, path, site) {
  // Code is left alone: fences and `code` match first.
  const parts = /^```.*\n[^]*?^```$|`[^`\n]+`|\]\(([^)\s]+)\)/gm
  return text.replace(parts, (whole, link) => (link ? `](${linkOf(link, path, site)}` : whole))
}

/** The rest of a Markdown link: its address, the closing bracket, and attributes where it has some. */
function linkOf(link, path, site) {
  if (/^(https?:|mailto:|#|\/)/.test(link)) return `${link})`
  const [file, hash] = link.split('#')
  const target = posix.join(posix.dirname(path), file).replace(/\/$/, '')
  if (!existsSync(join(ROOT, target))) throw new Error(`${path}: ${link} leads nowhere`)
  // A page that the generator has not made: the browser is to open it, and the generator leaves its address alone.
  const asItIs = (address) => `${site.base}${address}){target="_self"}`
  const page = PAGES.get(target) ?? PAGES.get(`${target}/${site.lang === 'zh' ? 'README.zh-CN.md' : 'README.md'}`)
  if (page) return `/${page.address}.md${hash ? `#${hash}` : ''})`
  const [, lang] = HANDOUT.exec(target) ?? []
  if (lang) return asItIs(`handout/${lang}.html`)
  if (COPIED.test(target)) {
    site.copy(target)
    return `/${target})`
  }
  const isFolder = statSync(join(ROOT, target)).isDirectory()
  if (site.source) return `${new URL(isFolder ? `${target}/` : target, site.source).href})`
  site.show(target)
  return asItIs(`source/${target}${isFolder ? '/' : '.html'}`)
}
