// The links of a built site: every address in its pages is a file of it, every fragment an element of that page.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The pages of a built site, by their paths, with their text. */
export function pagesOf(folder) {
  const files = readdirSync(folder, { recursive: true }).map((file) => file.replaceAll('\\', '/'))
  const pages = files.filter((file) => file.endsWith('.html')).toSorted()
  return new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]))
}

const idsIn = (html) => new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))
const tagsIn = (html) => [...html.matchAll(/<[a-z][^<>]*>/g)].map(([tag]) => tag)
const addressesIn = (html) =>
  tagsIn(html).flatMap((tag) =>
    [...tag.matchAll(/\s(?:href|src)="([^"]+)"/g)].map(([, link]) => link.replaceAll('&amp;', '&')),
  )

/**
 * @param {string} folder where the site was built to
 * @param {string} base the path below which it will lie
 * @returns {{ page: string, link: string }[]} links to pages, files and elements of the site that are not there
 */
export function deadLinks(folder, base) {
  const pages = pagesOf(folder)
  const dead = []
  for (const [page, html] of pages)
    for (const link of new Set(addressesIn(html))) {
      const { origin, pathname, hash } = new URL(link, `http://site${base}${page}`)
      if (origin !== 'http://site') continue
      if (!leads(pathname, hash)) dead.push({ page, link })
    }
  return dead

  function leads(pathname, hash) {
    if (!pathname.startsWith(base)) return false
    const path = decodeURIComponent(pathname.slice(base.length)).replace(/(^|\/)$/, '$1index.html')
    if (!existsSync(join(folder, path))) return false
    // `#lang=zh` is a setting, not an element.
    return (
      hash === '' ||
      hash.includes('=') ||
      !pages.has(path) ||
      idsIn(pages.get(path)).has(decodeURIComponent(hash.slice(1)))
    )
  }
}
