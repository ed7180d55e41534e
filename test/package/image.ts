// An image without an engine: runs the steps of a Dockerfile in folders, one for each stage. It knows the instructions
// that ours has, and throws at others.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { emptyFolder } from '../support/project.ts'

export interface Instruction {
  keyword: string
  /** What stands after the keyword and the flags. */
  text: string
  words: string[]
  flags: Record<string, string>
}

/** What the parser tells of an instruction (dockerfile-ast). */
interface Parsed {
  getKeyword(): string
  getArgumentsContent(): string
  getArguments(): { getValue(): string }[]
  getFlags?(): { getName(): string; getValue(): string }[]
}

const { DockerfileParser } = createRequire(import.meta.url)('dockerfile-ast') as {
  DockerfileParser: { parse(text: string): { getInstructions(): Parsed[] } }
}

export const instructionsOf = (text: string): Instruction[] =>
  DockerfileParser.parse(text)
    .getInstructions()
    .map((one) => ({
      keyword: one.getKeyword(),
      text: one.getArgumentsContent(),
      words: one.getArguments().map((each) => each.getValue()),
      flags: Object.fromEntries((one.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue()])),
    }))

/** The last stage, as a container would start from it. */
export interface Image {
  /** The folder that is its root. */
  root: string
  workdir: string
  env: Record<string, string>
  user: string
  command: string[]
  healthcheck: string[]
}

/** What an image is made of: a folder, and of that what .dockerignore lets in. */
export interface Context {
  folder: string
  has(path: string): boolean
}

/** A context whose .dockerignore leaves out everything but what lines with a `!` name. */
export function contextOf(folder: string): Context {
  const lines = readFileSync(join(folder, '.dockerignore'), 'utf8').trim().split('\n')
  if (lines[0] !== '*' || lines.slice(1).some((line) => !/^![\w./-]+$/.test(line)))
    throw new Error('.dockerignore: first `*`, then `!` and a path in each line.')
  const allowed = lines.slice(1).map((line) => line.slice(1))
  return { folder, has: (path) => allowed.some((each) => path === each || path.startsWith(`${each}/`)) }
}

/** Builds the image. `run` runs the command of a RUN instruction in a folder. */
export function build(
  text: string,
  context: Context,
  run: (command: string, cwd: string, env: Record<string, string>) => void,
): Image {
  const stages = new Map<string, Image>()
  let stage: Image | undefined
  for (const { keyword, text: content, words, flags } of instructionsOf(text)) {
    if (keyword === 'FROM') {
      const root = emptyFolder('image')
      stage = { root, workdir: '/', env: {}, user: 'root', command: [], healthcheck: [] }
      stages.set(words[2] ?? String(stages.size), stage)
      continue
    }
    if (!stage) throw new Error(`${keyword} stands before FROM.`)
    const folder = join(stage.root, stage.workdir)
    const steps: Record<string, () => void> = {
      WORKDIR: () => {
        stage!.workdir = words[0]!
        mkdirSync(join(stage!.root, words[0]!), { recursive: true })
      },
      ENV: () => Object.assign(stage!.env, Object.fromEntries(words.map((word) => word.split('=')))),
      COPY: () => {
        const from = flags['from']
        const source = from === undefined ? context.folder : stages.get(from)!.root
        copy(source, words, folder, (path) => from !== undefined || context.has(path))
      },
      RUN: () => run(content, folder, stage!.env),
      USER: () => void (stage!.user = words[0]!),
      EXPOSE: () => {},
      CMD: () => void (stage!.command = JSON.parse(content) as string[]),
      HEALTHCHECK: () => void (stage!.healthcheck = JSON.parse(content.replace(/^CMD\s+/, '')) as string[]),
    }
    const step = steps[keyword]
    if (!step) throw new Error(`This test knows no ${keyword}.`)
    step()
  }
  return stage!
}

/** Copies files and folders: a folder's content into the target, a file to it, or into it where it ends with a slash. */
function copy(source: string, words: readonly string[], folder: string, isThere: (path: string) => boolean): void {
  const target = words.at(-1)!
  for (const path of words.slice(0, -1)) {
    if (!isThere(path)) throw new Error(`COPY ${path}: .dockerignore leaves it out.`)
    const isInto = target.endsWith('/') && !statSync(join(source, path)).isDirectory()
    const to = join(folder, isInto ? join(target, basename(path)) : target)
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(source, path), to, { recursive: true, verbatimSymlinks: true })
  }
}

/** The way of a container's process: its folder, its environment, and a user without rights, where we may choose one. */
export function containerOptions({ root, workdir, env }: Image, more: Record<string, string>) {
  const cwd = join(root, workdir)
  const PATH = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
  const nobody = { uid: 65534, gid: 65534 }
  const options = { cwd, env: { PATH, ...env, ...more } }
  const mayChoose = process.getuid?.() === 0
  const isRunnable = mayChoose && spawnSync('node', ['--version'], { ...options, ...nobody }).status === 0
  return isRunnable ? { ...options, ...nobody } : options
}
