// npm run site: course, documents and "type your own stream" as static files in site/dist, for any file server.
//   --base /x/     the path below which the site will lie
//   --source URL   where the repository lies on the net; without it, source is shown on pages of the site
//   --out FOLDER   in place of site/dist
// A link that leads nowhere ends it with an error. The packages come from site/package-lock.json, when first needed.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build.mjs'
import { isHere, ROOT } from '../scripts/parts.mjs'
import { deadLinks } from './check.mjs'

const SITE = join(ROOT, 'site')
const { values } = parseArgs({
  options: { base: { type: 'string' }, source: { type: 'string' }, out: { type: 'string' } },
})
const base = `/${values.base ?? ''}/`.replaceAll(/\/+/g, '/')
const out = resolve(values.out ?? join(SITE, 'dist'))

function run(command, args, options) {
  const { status } = spawnSync(command, args, { cwd: SITE, stdio: 'inherit', ...options })
  if (status !== 0) process.exit(status ?? 1)
}

if (!isHere('site')) run('npm', ['ci', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' })
const { stage } = await import('./stage.mjs') // it needs the packages
ensureBuilt() // the parser of the page "type your own stream"
await stage(base, values.source && `${values.source}/`.replace(/\/+$/, '/'))
run(process.execPath, [join(SITE, 'node_modules/vitepress/bin/vitepress.js'), 'build', '.'], {
  // .pcap is a file, not a page.
  env: { ...process.env, SITE_BASE: base, SITE_OUT: out, VITE_EXTRA_EXTENSIONS: 'pcap' },
})
const dead = deadLinks(out, base)
for (const { page, link } of dead) console.error(`${page}: ${link} leads nowhere`)
if (dead.length > 0) process.exit(1)
console.log(`The site is in ${out}. A file server shows it, at ${base}`)
