// What a server says that sends no event stream, and what to do about it.

/** Why a response is no event stream, and what to do; undefined if it is one. */
export async function refusalOf(response: Response): Promise<string[] | undefined> {
  const { status } = response
  const type = response.headers.get('Content-Type') ?? 'no Content-Type'
  if (status === 200 && /^text\/event-stream\s*(;|$)/i.test(type)) return undefined
  const body = (await firstText(response)).trim()
  const elsewhere = response.headers.get('Location')
  // It is not followed: the headers that were given are for this server.
  if (status >= 300 && status < 400 && elsewhere !== null) return [`${status}, Location: ${elsewhere}`, 'Ask there.']
  return [`${status} ${type}${body === '' ? '' : `: ${body}`}`, whatToDo(status)]
}

const SHOWN = 500 // characters of a refusal
const BODY_MS = 1000 // what has come of it by then is shown

async function firstText({ body }: Response): Promise<string> {
  let text = ''
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  const enough = () => void reader?.cancel().catch(() => {})
  const late = setTimeout(enough, BODY_MS)
  try {
    for (let next; text.length <= SHOWN && !(next = await reader?.read())?.done;) text += next?.value ?? ''
  } catch {} // what has come will do
  clearTimeout(late)
  enough()
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

function whatToDo(status: number): string {
  if (status === 200) return 'This is no event stream. Is it another path? /sse, say, or /mcp with --header.'
  if (status === 204) return 'The server asks not to come back: there is nothing to read.'
  if (status === 400) return 'A stream of a session needs its id: --header "Mcp-Session-Id: …".'
  if (status === 401) return 'It wants to know who asks: --header "Authorization: Bearer …".'
  if (status === 403) return 'It knows who asks, and says no; or it refuses this Host or Origin.'
  if (status === 404) return 'There is nothing at this path, or the session is over. Is it /sse, or /mcp?'
  if (status === 405) return 'There is no stream to GET here: the path is right for POST alone.'
  if (status === 429 || status === 503) return 'It has too much to do: try again later.'
  return status >= 500 ? 'The server has failed: its log says why.' : 'The server does not serve it.'
}
