// The reference of the public face, made from its docstrings: a page for each entry of `exports` in package.json. TypeDoc
// needs the compiler API of TypeScript 5.9, which stands in this folder for it alone.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Application } from 'typedoc'
import { ROOT } from '../scripts/parts.mjs'

/** The entries of the package: what is imported, the source that it is made of, and the name of its page. */
export function entries() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const file = typeof target === 'string' ? target : target.default
    const source = join(ROOT, file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'))
    if (!file.endsWith('.js') || !existsSync(source)) return []
    return [{ specifier: `sse-mcp${subpath.slice(1)}`, source, page: subpath === '.' ? 'main' : subpath.slice(2) }]
  })
}

/** What TypeDoc calls the module of an entry: its path below src. */
const pathOf = ({ source }) =>
  relative(join(ROOT, 'src'), source)
    .replaceAll('\\', '/')
    .replace(/(^|\/)index\.ts$|\.ts$/, '')

/** The pages of the reference: Markdown, by address. Docstrings are English: the Chinese pages say so and lead there. */
export async function apiPages() {
  const pages = new Map()
  const english = await englishPages()
  for (const [page, text] of english) {
    const [title] = /^# .+/.exec(text)
    const links = page === 'index' ? [...english.keys()].filter((one) => one !== 'index') : [page]
    const list = links.map((one) => `- [${titleOf(english.get(one))}](/docs/api/${one}.md)`).join('\n')
    pages.set(`docs/api/${page}`, text)
    const chinese = title === '# API reference' ? '# API 参考' : title
    pages.set(`zh/docs/api/${page}`, `${chinese}\n\n由源码注释生成，注释是英文的：\n\n${list}\n`)
  }
  return pages
}

const titleOf = (text) => /^# (.+)/.exec(text)[1]

async function englishPages() {
  const all = entries()
  const out = mkdtempSync(join(tmpdir(), 'sse-mcp-api-'))
  const app = await Application.bootstrapWithPlugins({
    entryPoints: all.map(({ source }) => source),
    tsconfig: join(ROOT, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    skipErrorChecking: true, // `npm test` checks the types, with the compiler of today
    logLevel: 'Error', // types that no entry exports are named and not linked
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    router: 'module',
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    enumMembersFormat: 'table',
    groupOrder: ['Functions', 'Classes', 'Interfaces', '*'],
  })
  const project = await app.convert()
  if (!project) throw new Error('The source could not be read for the reference.')
  // A module bears the name of what is imported.
  const pageOf = new Map(all.map((entry) => [pathOf(entry) || 'index', entry.page]))
  for (const module of project.children ?? []) module.name = pageOf.get(module.name) ?? module.name
  await app.outputs.writeOutput({ name: 'markdown', path: out }, project)
  const pages = new Map()
  for (const { specifier, page } of all) {
    const file = join(out, `${page}.md`)
    if (!existsSync(file)) throw new Error(`The reference has no page for ${specifier}.`)
    pages.set(page, readFileSync(file, 'utf8').replace(/^# .+/, `# ${specifier}`))
  }
  rmSync(out, { recursive: true })
  const ids = new Map([...pages].map(([page, text]) => [`${page}.md`, idsOf(text)]))
  for (const [page, text] of pages) pages.set(page, withAnchors(text, `${page}.md`, ids))
  const list = all.map(({ specifier, page }) => `- [\`${specifier}\`](${page}.md)`).join('\n')
  const lead = 'What each entry of the package exports, from the docstrings of its source.'
  pages.set('index', `# API reference\n\n${lead}\n\n${list}\n`)
  return pages
}

/** The ids that the site's generator gives the headings of a page: the words, and a number for each after the first. */
function idsOf(text) {
  const seen = new Map()
  const ids = new Set()
  for (const [, heading] of text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)) {
    const id = slugify(heading.replaceAll('\\', ''))
    const count = seen.get(id) ?? 0
    seen.set(id, count + 1)
    ids.add(count === 0 ? id : `${id}-${count}`)
  }
  return ids
}

const slugify = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'<>,.?/]+/g, '-')
    .replaceAll(/^-|-$/g, '')

/** The text with links to the headings as they are called: of one that is not there, the page is left. */
function withAnchors(text, own, ids) {
  return text.replace(/\]\(([\w-]+\.md)?#([\w-]+)\)/g, (_whole, file = '', anchor) => {
    const there = ids.get(file || own)
    const id = [slugify(anchor), slugify(anchor).replace(/-\d+$/, '')].find((one) => there?.has(one))
    return id ? `](${file}#${id})` : `](${file || own})`
  })
}
