import type { CheckedSchema } from '../../json-schema/index.ts'
import { isText, must } from '../options.ts'

/** An argument of a tool that a header repeats: `Mcp-Param-<name>` for the one at `path`. */
export interface HeaderParam {
  name: string
  path: readonly string[]
  type: 'string' | 'integer' | 'boolean'
}

/**
 * The arguments that a schema marks with `x-mcp-header`. Throws TypeError for a mark because of which clients would
 * drop the tool (2026-07-28, server/tools, "x-mcp-header").
 */
export function headerParams({ found }: CheckedSchema): HeaderParam[] {
  const params: HeaderParam[] = []
  for (const [{ 'x-mcp-header': name, type }, { place, path }] of found) {
    if (name === undefined) continue
    const mark = `${place}/x-mcp-header ${JSON.stringify(name)}`
    must(isText(name) && /^[\w!#$%&'*+.^`|~-]+$/.test(name), `${mark} is no header name.`)
    const isScalar = type === 'string' || type === 'integer' || type === 'boolean'
    must(isScalar, `${mark} needs type "string", "integer" or "boolean".`)
    must(path !== undefined, `${mark} can only be reached through "properties".`)
    must(!params.some((other) => other.name.toLowerCase() === name.toLowerCase()), `${mark} is there twice.`)
    params.push({ name, path, type })
  }
  return params
}
