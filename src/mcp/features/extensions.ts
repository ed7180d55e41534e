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
   * The methods that it adds to those of a server, and those that it answers in another way: such a one may hand a call
   * on to the method that it was given, and change the result.
   */
  methods?(given: Methods): Methods
  /** Called when the server shuts down, before requests in flight are waited for. */
  close?(): void
}

const isKnown = (revision: Revision) => (one: Extension) => (one.lifecycle ?? revision.lifecycle) === revision.lifecycle

/** The methods of a revision with those of its extensions, each of which is given what those before it have made. */
export const extendMethods = (methods: Methods, revision: Revision, extensions: readonly Extension[] = []): Methods =>
  extensions.filter(isKnown(revision)).reduce((given, one) => ({ ...given, ...one.methods?.(given) }), methods)

/** The capabilities of a server in a revision, those extensions among them that the revision has. */
export function declareExtensions(own: Capabilities, revision: Revision, all: readonly Extension[]): Capabilities {
  const known = all.filter(isKnown(revision)).map(({ id, settings = {} }) => [id, settings])
  return revision.encodeCapabilities(known.length > 0 ? { ...own, extensions: Object.fromEntries(known) } : own)
}
