import { createHash } from 'node:crypto'
import {
  defineResource,
  INVALID_PARAMS,
  RpcError,
  type Extension,
  type Resource,
  type ResourceInfo,
} from '../mcp/index.ts'

/** A skill: instructions for an agent, and files beside them (https://agentskills.io/specification). */
export interface Skill {
  /** Its place: `refunds`, or `acme/billing/refunds`. The last part is the name of the skill. */
  path: string
  /** What agents read before they decide to load it. */
  description: string
  /** Further members of the frontmatter. */
  frontmatter?: Readonly<Record<string, unknown>>
  /** The instructions, in Markdown. */
  instructions: string
  /** Its other files, by their paths below that of the skill: text, or bytes. */
  files?: Readonly<Record<string, string | Uint8Array>>
}

const DIRECTORY = 'inode/directory'
const typeOf = (path: string, content: string | Uint8Array): string =>
  typeof content !== 'string' ? 'application/octet-stream' : path.endsWith('.md') ? 'text/markdown' : 'text/plain'

/**
 * The extension Skills (SEP-2640, a draft): each file of a skill is a resource, and `skills/list` names them with their
 * digests. Give a server both parts: `serve({ …, resources: [...resources], extensions: [extension] })`.
 */
export function skills(list: readonly Skill[]): { extension: Extension; resources: Resource[] } {
  const resources: Resource[] = []
  const directories = new Map<string, Map<string, object>>()
  const entries = new Map(list.map((skill) => entryOf(skill, add)))
  if (entries.size !== list.length) throw new TypeError('skills: each needs a path of its own.')

  /** Makes a file a resource, and a child of its directory. Returns it with its digest. */
  function add(root: string, path: string, content: string | Uint8Array, description?: string): object {
    const uri = `${root}/${path}`
    const [name = ''] = path.split('/').slice(-1)
    const shown = {
      uri,
      name: description === undefined ? name : root.split('/').at(-1)!,
      mimeType: typeOf(path, content),
    }
    const resource = defineResource({
      ...shown,
      ...(description !== undefined && { description }),
      read: () => content,
    })
    resources.push(resource)
    let child: ResourceInfo = { ...shown, name }
    for (let at = uri.lastIndexOf('/'); at >= root.length; at = uri.lastIndexOf('/', at - 1)) {
      const directory = uri.slice(0, at)
      const children = directories.get(directory) ?? new Map<string, object>()
      directories.set(directory, children.set(child.uri, child))
      child = { uri: directory, name: directory.split('/').at(-1)!, mimeType: DIRECTORY }
    }
    return { uri, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` }
  }

  const extension: Extension = {
    id: 'io.modelcontextprotocol/skills',
    settings: { directoryRead: true },
    methods: () => ({
      'skills/list': (_params, { client }) => ({
        skills: [...entries.values()],
        ...(client.revision.lifecycle === 'per-request' && { ttlMs: 0, cacheScope: 'private' }),
      }),
      'skills/get': ({ uri }) => ({ skill: found(entries, uri) }),
      'resources/directory/read': ({ uri }) => ({ resources: [...found(directories, uri).values()] }),
    }),
  }
  return { extension, resources }
}

function found<T>(index: ReadonlyMap<unknown, T>, uri: unknown): T {
  const one = index.get(uri)
  if (one === undefined) throw new RpcError(INVALID_PARAMS, 'params.uri names no skill or directory.', { uri })
  return one
}

type Add = (root: string, path: string, content: string | Uint8Array, description?: string) => object

/** The entry of a skill, by the URI of its SKILL.md. Throws TypeError for a path that is none. */
function entryOf({ path, description, frontmatter, instructions, files = {} }: Skill, add: Add): [string, object] {
  const name = path.split('/').at(-1)!
  if (!/^((?!\.)[a-z0-9._-]+\/)*(?!-)(?!.*--)[a-z0-9-]{1,64}(?<!-)$/.test(path) || !description)
    throw new TypeError(
      `skills: ${JSON.stringify(path)} needs a path like acme/refunds, in small letters, and a description.`,
    )
  const stray = Object.keys(files).find((file) => !isBelow(file))
  if (stray !== undefined)
    throw new TypeError(`skills: the file ${JSON.stringify(stray)} of ${path} needs a path below it, a/b.md say.`)
  const root = `skill://${path}`
  const head = { ...frontmatter, name, description }
  // What is JSON is YAML as well.
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  const main = add(root, 'SKILL.md', `---\n${lines.join('\n')}\n---\n\n${instructions}`, description)
  const others = Object.entries(files).map(([file, content]) => add(root, file, content))
  const uri = `${root}/SKILL.md`
  return [uri, { uri, frontmatter: head, resources: [main, ...others] }]
}

/** Whether a path leads down, whoever resolves it: no part is empty or made of dots, and none can be read otherwise. */
const isBelow = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && !/^(\.|%2e){1,2}$|[\\\0]/i.test(part))
