// The dictionary of the laboratory, with the parts that the page loads later.
import { readdirSync } from 'node:fs'
import { learn, words } from '../../../web/laboratory/words.js'

const FOLDER = new URL('../../../web/laboratory/words/', import.meta.url)

export async function allWords() {
  for (const name of readdirSync(FOLDER)) {
    const { default: part } = await import(new URL(name, FOLDER).href)
    learn({ [name.replace('.js', '')]: part })
  }
  return words
}
