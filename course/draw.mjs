// node course/draw.mjs: draws the pictures of the lessons anew, each into the folder of its lesson.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lessons } from './run.mjs'

/** The pictures that have a script, as pairs of file and SVG. */
export async function drawn() {
  const scripts = lessons().filter((folder) => existsSync(join(folder, 'draw.mjs')))
  const all = await Promise.all(
    scripts.map(async (folder) => {
      const { pictures } = await import(pathToFileURL(join(folder, 'draw.mjs')).href)
      return Object.entries(pictures).map(([name, svg]) => [join(folder, name), svg])
    }),
  )
  return all.flat()
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const [file, svg] of await drawn()) writeFileSync(file, svg)
