// Which texts of the repository are pages of the site, in both languages: `[English, Chinese, address]`.
// The address is that of the English page; the Chinese one is the same below `zh/`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../scripts/parts.mjs'

export const LANGUAGES = { en: { prefix: '', lang: 'en' }, zh: { prefix: 'zh/', lang: 'zh-CN' } }

const LESSONS = readdirSync(join(ROOT, 'course'))
  .filter((name) => /^\d\d-/.test(name))
  .toSorted()

const course = (name, address) => [`course/${name}.en.md`, `course/${name}.zh.md`, address]
const doc = (name, address) => [`${name}.md`, `${name}.zh-CN.md`, address]

/** The groups of the sidebar, each in the order of reading. */
export const GROUPS = {
  course: [
    course('README', 'course/index'),
    ...LESSONS.map((name) => course(`${name}/README`, `course/${name}/index`)),
    course('talk', 'course/talk'),
  ],
  docs: [
    doc('README', 'docs/index'),
    ...readdirSync(join(ROOT, 'docs'), { withFileTypes: true }).flatMap((entry) => {
      if (entry.isDirectory()) {
        const inside = readdirSync(join(ROOT, 'docs', entry.name)).flatMap(
          (file) => /^([\w-]+)\.md$/.exec(file)?.[1] ?? [],
        )
        const named = (name) =>
          doc(`docs/${entry.name}/${name}`, `docs/${entry.name}/${name === 'README' ? 'index' : name}`)
        return inside.toSorted((a, b) => (b === 'README') - (a === 'README') || (a < b ? -1 : 1)).map(named)
      }
      const [, name] = /^([\w-]+)\.md$/.exec(entry.name) ?? []
      return name ? [doc(`docs/${name}`, `docs/${name}`)] : []
    }),
    doc('SECURITY', 'docs/security'),
  ],
}

/** The page of each text: by its path in the repository, its address on the site (without `.html`) and its language. */
export const PAGES = new Map(
  [['site/home.en.md', 'site/home.zh.md', 'index'], ...Object.values(GROUPS).flat()].flatMap(([en, zh, address]) => [
    [en, { address, lang: 'en' }],
    [zh, { address: `zh/${address}`, lang: 'zh' }],
  ]),
)

export const read = (path) => readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n')

/** A text's first heading, as plain words. */
export const titleOf = (path) => /^# (.+)$/m.exec(read(path))?.[1].replaceAll('`', '') ?? path
