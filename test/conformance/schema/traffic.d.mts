/** A message that a server sent. */
export interface Said {
  revision: string
  message: unknown
  /** Of the requests that it may answer. */
  methods: string[]
}

/** Notes all that the HTTP servers of this process are sent and say; what it returns reads their messages. */
export function watch(onFirst?: () => void): () => Iterable<Said>
