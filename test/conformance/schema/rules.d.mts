/** The published revisions, oldest first. */
export const REVISIONS: readonly string[]

/** The methods that a client may call in a revision. */
export function methodsOf(revision: string): string[]

/** What is wrong with a message that a server sent, in words. `methods`: of the requests that it may answer. */
export function violations(revision: string, message: unknown, methods?: readonly string[]): string[]
