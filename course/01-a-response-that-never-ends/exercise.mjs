// Lesson 1. This is what most of us write first. It works for the first test; make it work for all of them.
// npm run lesson 1

/**
 * One message as it goes over the wire.
 * @param {{ event?: string, data?: string, id?: string, retry?: number, comment?: string }} message
 * @returns {string} its lines, each ended by LF, and a blank line at the end
 */
export function encode({ event, data, id, retry, comment }) {
  // TODO 1: the order is comment, event, id, retry, data. Leave out what is absent. An empty string is not
  //   absent; only an empty event type is left out, for it means the same as none.
  // TODO 2: data and comment may have several lines: one `data: ` or `: ` line for each. A line ends at CR LF, CR or LF.
  // TODO 3: a line end in event or id, or a NUL in id, would change what the reader sees: throw.
  // TODO 4: retry is a whole number of milliseconds, 0 or more. A message with nothing in it, or a wrong type: throw.
  let text = ''
  if (event) text += `event: ${event}\n`
  if (data) text += `data: ${data}\n`
  if (id) text += `id: ${id}\n`
  if (retry) text += `retry: ${retry}\n`
  if (comment) text += `: ${comment}\n`
  return `${text}\n`
}
