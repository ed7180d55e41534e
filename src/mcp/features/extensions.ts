import type { Capabilities } from '../protocol/types.ts'
import type { Revision } from '../revisions/index.ts'
import type { Methods } from './methods.ts'

/** An extension of the protocol (basic, "Extensions"). In a revision that does not have it, all is as without it. */
export interface Extension {
  /** Its identifier: a domain that is yours, turned around, and a name. `com.example/thing` */
  readonly id: string
  /** What the server says of it in its capabilities. Default: `{}`, a yes. */
  readonly settings?: object
  /** The revisions that have it: those with a handshake, or those without one. Default: all. */
  readonly lifecycle?: Revision['lifecycle']
  /**
   * Its methods, by name: new ones, and ones that take the place of a method of the server. Those of the server are
   * given, so that a method can call the one whose place it takes, and change the result.
   */
  methods?(given: Methods): Methods
  /** Called when the server shuts down, before requests in flight are waited for. */
  close?(): void
}

const isPartOf = (revision: Revision) => (one: Extension) =>
  (one.lifecycle ?? revision.lifecycle) === revision.lifecycle

/** The methods of a revision with those of its extensions. Each is given the methods that those before it have made. */
export const extendMethods = (methods: Methods, revision: Revision, extensions: readonly Extension[] = []): Methods =>
  extensions.filter(isPartOf(revision)).reduce((given, one) => ({ ...given, ...one.methods?.(given) }), methods)

/** The capabilities that a server declares in a revision, with the extensions that are part of it. */
export function declareExtensions(own: Capabilities, revision: Revision, all: readonly Extension[]): Capabilities {
  const declared = all.filter(isPartOf(revision)).map(({ id, settings = {} }) => [id, settings])
  return revision.encodeCapabilities(declared.length > 0 ? { ...own, extensions: Object.fromEntries(declared) } : own)
}
