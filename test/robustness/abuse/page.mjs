// The page: nothing in it runs that is not a file of ours, and titles are text (T-15).
import { request } from './client.mjs'
import { expect, expectHeader, expectSame, expectStatus } from './expect.mjs'

const directives = (answer) =>
  new Map(
    (answer.headers['content-security-policy'] ?? '').split(';').map((one) => {
      const [name, ...values] = one.trim().split(/\s+/)
      return [name, values]
    }),
  )

/** The page and the files that it names. */
async function pageOf(server) {
  const page = expectStatus(await request(server, 'GET', '/'), 200)
  const names = [...page.text.matchAll(/\b(?:src|href)\s*=\s*"([^"#]+)"/g)].map(([, name]) => name)
  return { page, names }
}

async function scriptsOf(server) {
  const { names } = await pageOf(server)
  const scripts = []
  for (const name of names.filter((one) => /\.m?js$/.test(one))) {
    const { pathname } = new URL(name, 'http://localhost/')
    scripts.push(expectStatus(await request(server, 'GET', pathname), 200))
  }
  expect(scripts.length > 0, 'a script', names)
  return scripts
}

const never = [
  ['unsafe-inline', /unsafe-inline/],
  ['unsafe-eval', /unsafe-eval/],
  ['unsafe-hashes', /unsafe-hashes/],
  ['a wildcard', /(^|\s)\*/],
  ['http: or https: as a whole', /\shttps?:(\s|;|$)/],
  ['data: for scripts', /script-src[^;]*data:/],
]
const inPage = [
  ['inline script', /<script(?![^>]*\bsrc=)[^>]*>\s*\S/i],
  ['an event handler', /<[^>]+\son[a-z]+\s*=/i],
  ['a javascript: link', /javascript:/i],
  ['a style attribute', /<[^>]+\sstyle\s*=/i],
  ['inline style', /<style/i],
  ['a base', /<base\b/i],
  ['a frame', /<(iframe|object|embed)\b/i],
  ['a script from elsewhere', /<script[^>]+src="(https?:)?\/\//i],
  ['a style sheet from elsewhere', /<link[^>]+rel="stylesheet"[^>]+href="(https?:)?\/\//i],
]
const inScript = [
  ['innerHTML', /\.innerHTML\b/],
  ['outerHTML', /\.outerHTML\b/],
  ['insertAdjacentHTML', /insertAdjacentHTML/],
  ['document.write', /document\.write/],
  ['eval', /\beval\s*\(/],
  ['new Function', /new Function\b/],
  ['setTimeout of a text', /set(Timeout|Interval)\s*\(\s*['"`]/],
  ['srcdoc', /srcdoc/],
]

export const cases = [
  ...['/', '/health'].map((target) => [
    `T-15 ${target}: a policy with default-src 'none' and frame-ancestors 'none'`,
    async (server) => {
      const answer = await request(server, 'GET', target)
      const policy = directives(answer)
      expectSame([policy.get('default-src'), policy.get('frame-ancestors')], [["'none'"], ["'none'"]])
      expectHeader(answer, 'x-content-type-options', 'nosniff')
    },
  ]),
  ...never.map(([what, pattern]) => [
    `T-15 the policy has no ${what}`,
    async (server) => {
      const { headers } = await request(server, 'GET', '/')
      const policy = headers['content-security-policy']
      expect(policy !== undefined && !pattern.test(policy), `a policy without ${what}`, policy ?? 'none')
    },
  ]),
  [
    'T-15 forms and base addresses lead nowhere else',
    async (server) => {
      const policy = directives(await request(server, 'GET', '/'))
      for (const name of ['base-uri', 'form-action']) expectSame(policy.get(name), ["'none'"], name)
    },
  ],
  ...inPage.map(([what, pattern]) => [
    `T-15 the page has no ${what}`,
    async (server) => {
      const { page } = await pageOf(server)
      expect(
        page.text.length > 200 && !pattern.test(page.text),
        `a page without ${what}`,
        pattern.exec(page.text)?.[0] ?? page.text,
      )
    },
  ]),
  ...inScript.map(([what, pattern]) => [
    `T-15 its scripts use no ${what}: titles become text nodes`,
    async (server) => {
      for (const { text } of await scriptsOf(server)) expect(!pattern.test(text), `no ${what}`, pattern.exec(text)?.[0])
    },
  ]),
  [
    'T-15 every file it names is there, as what it is, with nosniff',
    async (server) => {
      const types = { js: /^text\/javascript/, css: /^text\/css/, svg: /^image\/svg\+xml/ }
      for (const name of (await pageOf(server)).names.filter((one) => !/^(https?:)?\/\//.test(one))) {
        const { pathname } = new URL(name, 'http://localhost/')
        const answer = expectStatus(await request(server, 'GET', pathname), 200)
        const type = types[pathname.split('.').at(-1)]
        if (type) expectHeader(answer, 'content-type', type)
        expectHeader(answer, 'x-content-type-options', 'nosniff')
      }
    },
  ],
  [
    'T-15 the page says that it is HTML in UTF-8, and no cache keeps it unasked',
    async (server) => {
      const answer = await request(server, 'GET', '/')
      expectHeader(answer, 'content-type', /^text\/html;\s*charset=utf-8$/i)
      expectHeader(answer, 'cache-control', /no-cache|no-store/)
    },
  ],
  [
    'T-15 HEAD / is the head of GET /',
    async (server) => {
      const [head, get] = [await request(server, 'HEAD', '/'), await request(server, 'GET', '/')]
      expectSame([head.status, head.text], [200, ''])
      for (const name of ['content-type', 'content-security-policy'])
        expectSame(head.headers[name], get.headers[name], name)
    },
  ],
  [
    'T-15 a query of the page is not in the page',
    async (server) => {
      const { text } = await request(server, 'GET', '/?x=%3Cscript%3Ealert(1)%3C/script%3E&y=find-me')
      expect(!text.includes('find-me') && !text.includes('alert(1)'), 'no echo', text)
    },
  ],
]
