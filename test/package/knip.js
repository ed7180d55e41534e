// What knip looks at: whether anything in src or scripts is exported, or is a dependency, and nobody uses it.
import { readFileSync } from 'node:fs'

const { bin, exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const built = [...Object.values(bin), ...Object.values(exports)].filter((path) => path.endsWith('.js'))

export default {
  entry: [
    ...built.map((path) => path.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
    '{scripts,test,course,bench,site,examples}/**/*.{ts,mjs}', // who uses an export may be a test
  ],
  project: ['src/**/*.ts', 'scripts/**/*.mjs'],
  // Used by scripts/docs from dist; exported twice for two kinds of servers.
  ignoreIssues: { 'src/cli/run-checks.ts': ['exports'], 'examples/mount/hono.mjs': ['duplicates'] },
  ignoreExportsUsedInFile: { interface: true, type: true }, // the types of an exported function
}
