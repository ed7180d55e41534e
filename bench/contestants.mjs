// Who is measured, in each way of speaking. Rivals stand where they speak that dialect themselves.
const REPLIES = (reply) => (reply ? { REPLY: reply } : {})

const one = (name, file, transport, reply) => ({ name, file, transport, env: REPLIES(reply) })

const field = (transport, reply, rivals) => [
  one('floor', 'servers/floor.mjs', transport, reply),
  one('ours', 'server.mjs', transport, reply),
  ...rivals.map((rival) => one(rival, `rivals/${rival}.mjs`, transport, reply)),
]

export const FIELDS = {
  sse: field('sse', undefined, ['sdk-v1']),
  json: field('http', 'json', ['sdk-v1', 'mcp-lite']),
  'post-sse': field('http', 'sse', ['sdk-v1']),
  '2026-json': field('2026', 'json', ['sdk-v2']),
  '2026-sse': field('2026', 'sse', ['sdk-v2', 'tmcp']),
}

export const isRival = ({ file }) => file.startsWith('rivals/')

/** Without the rivals where nobody asks for them. */
export const fieldOf = (id, { rivals }) => FIELDS[id].filter((contestant) => rivals || !isRival(contestant))
