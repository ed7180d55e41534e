// @ts-check
// From 2026-07-28 on headers repeat what the body says, so that a proxy can route without reading it.
const NAMED_BY = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' }

/** @param {{ name: string, path: string[] }[]} marks the arguments that headers repeat */
export function mirrored({ method, params = {} }, marks = []) {
  const headers = { 'Mcp-Method': method }
  const put = (name, value) => (value ?? undefined) !== undefined && (headers[name] = encoded(`${value}`))
  put('Mcp-Name', params[NAMED_BY[method]])
  for (const { name, path } of marks)
    put(
      `Mcp-Param-${name}`,
      path.reduce((at, key) => at?.[key], params.arguments),
    )
  return headers
}

/** What is no plain header value, or looks like Base64, goes as Base64 of its UTF-8. */
export function encoded(text) {
  if (/^([!-~]([\t -~]*[!-~])?)?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)) return text
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte))
  return `=?base64?${btoa(bytes.join(''))}?=`
}

/** The arguments that a tool's schema marks with `x-mcp-header`. */
export const marksOf = ({ properties = {} }, path = []) =>
  Object.entries(properties).flatMap(([key, one]) => {
    const here = [...path, key]
    const { type, 'x-mcp-header': name } = one
    return name === undefined ? marksOf(one, here) : [{ name, type, path: here }]
  })

/** A tool whose marks are not so is left out (transports, "Custom Headers from Tool Parameters"). */
export const areLegal = (marks) =>
  marks.every(({ name, type }) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^(string|integer|boolean)$/.test(type)) &&
  new Set(marks.map(({ name }) => name.toLowerCase())).size === marks.length
