// Pages of source: the files that the texts lead to, highlighted, with line numbers. They are the same in all languages.
import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { createHighlighter } from 'shiki'
import { ROOT } from '../scripts/parts.mjs'
import { theme } from './highlight.mjs'
import { read } from './pages.mjs'

const LANGUAGE_OF = {
  '.js': 'js',
  '.mjs': 'js',
  '.ts': 'ts',
  '.json': 'json',
  '.lua': 'lua',
  '.md': 'md',
  '.conf': 'nginx',
}

/** @returns {Promise<(path: string) => Record<string, string>>} makes the page of a file, or those of a folder */
export async function sourcePages() {
  const langs = [...new Set(Object.values(LANGUAGE_OF))]
  const highlighter = await createHighlighter({ themes: [theme], langs })
  return pagesOf

  function pagesOf(path) {
    if (!statSync(join(ROOT, path)).isDirectory()) return { [`${path}.html`]: pageOf(path) }
    const entries = readdirSync(join(ROOT, path), { withFileTypes: true }).filter(({ name }) => name !== 'node_modules')
    const links = entries.map((entry) => linkTo(entry)).toSorted()
    const pages = entries.map((entry) => pagesOf(`${path}/${entry.name}`))
    return Object.assign({ [`${path}/index.html`]: page(path, `<ul>${links.join('')}</ul>`) }, ...pages)
  }

  function pageOf(path) {
    const lang = LANGUAGE_OF[extname(path)] ?? 'txt'
    return page(path, highlighter.codeToHtml(read(path).trimEnd(), { lang, theme: theme.name }))
  }
}

const linkTo = (entry) =>
  entry.isDirectory()
    ? `<li><a href="${entry.name}/">${entry.name}/</a></li>`
    : `<li><a href="${entry.name}.html">${entry.name}</a></li>`

function page(path, body) {
  const up = '../'.repeat(path.split('/').length - 1)
  const top = body.startsWith('<ul>') ? `${up}../../` : `${up}../`
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${path}</title>
<link rel="icon" href="${top}favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${top}source/source.css">
</head>
<body>
<h1>${path}</h1>
${body}
</body>
</html>
`
}
