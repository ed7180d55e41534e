// Brings what the tests need beside `npm ci`: packages of the test folders, and programs of the system.
// It says what it will do before it does it. Programs it installs only where it may (root on Debian).
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isHere, PARTS, ROOT } from './parts.mjs'

const run = (command, args, options = {}) => {
  console.log(`$ ${[command, ...args].join(' ')}`)
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  })
  if (status !== 0) {
    console.error(`setup: ${command} ended with ${status}. What is missing stays missing; npm test names it.`)
    process.exitCode = 1
  }
}

const folders = Object.values(PARTS).filter(({ folder }) => folder)
console.log('Packages for the tests, each folder by its own lock file:')
for (const { what, folder } of folders) console.log(`  ${folder}: ${what}`)
for (const { folder } of folders) run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder], { cwd: ROOT })

const missing = Object.keys(PARTS).filter((name) => !PARTS[name].folder && !isHere(name))
const packages = missing.flatMap((name) => PARTS[name].debian ?? [])
const mayInstall = existsSync('/etc/debian_version') && process.getuid?.() === 0
if (missing.length === 0) console.log('Programs: all here.')
else if (mayInstall && packages.length > 0) {
  console.log(`Programs that Debian's packages will bring now: ${packages.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-q'], { env })
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env })
  const daemons = packages.filter((name) => ['nginx', 'haproxy', 'redis-server'].includes(name))
  if (daemons.length > 0) console.log(`Debian may have started ${daemons.join(' and ')}: the tests start their own.`)
} else {
  console.log('Programs that are missing. This machine is yours, so install them yourself:')
  for (const name of missing) console.log(`  ${PARTS[name].what}`)
  if (packages.length > 0) {
    console.log(`  Debian, Ubuntu: sudo apt-get install ${packages.join(' ')}`)
    console.log('  macOS:          brew install --cask chromium firefox wireshark; brew install nginx haproxy redis')
    console.log('  Windows:        winget install Google.Chrome Mozilla.Firefox WiresharkFoundation.Wireshark')
  }
}
