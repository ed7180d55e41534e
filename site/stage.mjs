// Puts together what the generator reads: site/staged, made anew each time from the texts of the repository.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../scripts/parts.mjs'
import { apiPages } from './api.mjs'
import { withLinks } from './links.mjs'
import { LANGUAGES, PAGES, read } from './pages.mjs'
import { sourcePages } from './source.mjs'
import { words } from './.vitepress/words.mjs'

export const STAGED = join(ROOT, 'site/staged')
const PUBLIC = join(STAGED, 'public')

function write(path, text) {
  const file = join(STAGED, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const copy = (from, to = from) => cpSync(join(ROOT, from), join(PUBLIC, to))

/**
 * @param {string} base the path below which the site will lie
 * @param {string} [source] where the repository lies on the net, if source is to be linked to there
 */
export async function stage(base, source) {
  rmSync(STAGED, { recursive: true, force: true })
  const shown = new Set()
  const site = { base, source, copy, show: (file) => shown.add(file) }
  for (const [path, { address, lang }] of PAGES)
    write(`${address}.md`, withLinks(read(path) + hintOf(path, lang), path, { ...site, lang }))
  for (const [page, text] of await apiPages()) write(`${page}.md`, text)
  const show = await sourcePages()
  for (const path of shown) for (const [page, html] of Object.entries(show(path))) write(`public/source/${page}`, html)
  const { light, dark } = tokens()
  write('tokens.css', `${light}\n:root.dark ${dark}\n`)
  const source_ = [
    light,
    `@media (prefers-color-scheme: dark) {\n:root ${dark}\n}`,
    read('site/code.css'),
    read('site/source.css'),
  ]
  write('public/source/source.css', source_.join('\n'))
  copy('web/shared/tokens.css', 'tokens.css')
  copy('examples/native-client/favicon.svg', 'favicon.svg')
  stageHandout()
  stageType()
}

/** The hint of a lesson, folded, at the end of its page: whoever searches for a message finds it there, too. */
function hintOf(path, lang) {
  const hint = path.replace('README.', 'hint.')
  if (!/^course\/\d/.test(path)) return ''
  return `\n<details>\n<summary>${words[lang].hint}</summary>\n\n${read(hint)}\n</details>\n`
}

/** The colours and sizes of web/shared/tokens.css alone: the generator's theme has rules of its own for elements. */
function tokens() {
  const css = read('web/shared/tokens.css')
  const [light] = /^:root \{[^}]+\}/m.exec(css)
  const [, dark] = /^:root\[data-theme='dark'\] (\{[^}]+\})/m.exec(css)
  return { light, dark }
}

/** The hand-out, a page to be printed: as it is, with its style sheets beside it. */
function stageHandout() {
  copy('course/handout.css', 'handout/handout.css')
  for (const lang of Object.keys(LANGUAGES))
    writeFileSync(
      join(PUBLIC, `handout/${lang}.html`),
      read(`course/handout.${lang}.html`)
        .replace('../web/shared/tokens.css', '../tokens.css')
        .replace('</title>', '</title><link rel="icon" href="../favicon.svg" type="image/svg+xml" />')
        .replace(/handout\.(\w\w)\.html/g, '$1.html'),
    )
}

/** "Type your own stream": a page with the laboratory's own modules, those that type-page.js leads to. */
function stageType() {
  copy('site/type/index.html', 'type/index.html')
  for (const name of ['style.css', 'panels.css', 'type.css']) copy(`web/laboratory/${name}`, `type/${name}`)
  const staged = new Set()
  const follow = (path, folder) => {
    if (staged.has(path)) return
    staged.add(path)
    const from = path.startsWith('sse/') ? `dist/${path}` : `${folder}/${path}`
    const text = readFileSync(join(ROOT, from), 'utf8')
    write(`public/type/${path}`, text)
    for (const [, specifier] of text.matchAll(/^(?:import|export) [^;'"]*?from '(\.[^']+)'/gm))
      follow(join(dirname(path), specifier).replaceAll('\\', '/'), 'web/laboratory')
  }
  follow('type-page.js', 'site/type')
}
