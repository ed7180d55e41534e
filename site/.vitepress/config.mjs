// The generator's settings. Which pages there are is in ../pages.mjs; ../build.mjs says where the site will lie.
import { theme } from '../highlight.mjs'
import { GROUPS, LANGUAGES, titleOf } from '../pages.mjs'
import { tokenize } from './tokenize.mjs'
import { words } from './words.mjs'

const link = (address, prefix) => `/${prefix}${address.replace(/index$/, '')}`

function groupsOf(lang) {
  const { prefix } = LANGUAGES[lang]
  const groups = Object.entries(GROUPS).map(([name, pages]) => [
    name,
    pages.map(([en, zh, address]) => ({ text: titleOf(lang === 'zh' ? zh : en), link: link(address, prefix) })),
  ])
  return Object.fromEntries(groups)
}

function localeOf(lang) {
  const { prefix, lang: tag } = LANGUAGES[lang]
  const said = words[lang]
  const { course, docs } = groupsOf(lang)
  const type = { text: said.type, link: `/type/#lang=${lang}`, target: '_self' }
  const handout = { text: said.handout, link: `/handout/${lang}.html`, target: '_self' }
  return {
    label: said.label,
    lang: tag,
    link: `/${prefix}`,
    title: said.title,
    description: said.description,
    themeConfig: {
      ...said.theme,
      nav: [
        { text: said.course, link: link('course/index', prefix), activeMatch: `^/${prefix}course/` },
        type,
        { text: said.docs, link: link('docs/index', prefix), activeMatch: `^/${prefix}docs/` },
      ],
      sidebar: [
        { text: said.course, items: [...course, handout] },
        {
          text: said.docs,
          items: [...docs, { text: said.api, link: link('docs/api/index', prefix) }],
          collapsed: false,
        },
      ],
    },
  }
}

const base = process.env.SITE_BASE ?? '/'

export default {
  base,
  srcDir: 'staged',
  outDir: process.env.SITE_OUT ?? 'dist',
  lang: 'en',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  // Addresses end in .html: any file server finds them.
  cleanUrls: false,
  markdown: { theme },
  locales: { root: localeOf('en'), zh: localeOf('zh') },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: { tokenize },
          // The beginning of a word is enough, unless it is short: "is" is not meant to be the beginning of "isError".
          searchOptions: {
            fuzzy: false,
            prefix: (term) => term.length > 3 || /^\p{Script=Han}$/u.test(term),
            boost: { title: 2, text: 2, titles: 1 },
          },
        },
        locales: { zh: { translations: words.zh.search } },
      },
    },
  },
  vite: { build: { reportCompressedSize: false } },
}
