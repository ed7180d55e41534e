import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import { test } from '../named.mjs'
import { fails, mends, startServers } from './setups.mjs'
import { say } from '../say.mjs'

const file = process.env.LESSON_FILE
const { answers } = await import(file ? pathToFileURL(file).href : './exercise.mjs')
const logs = readFileSync(new URL('logs.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\r?\n\r?\n/)
const servers = await startServers()
after(() => servers.close())

/** SHA-256 of `letter cause fix`, its beginning: so that reading this file does not answer the questions. */
const RIGHT = {
  A: '838c8fa1ae89',
  B: 'b850e95e5e09',
  C: 'a22d3b276fc1',
  D: '9d81c55e50b1',
  E: 'b456d47bebb6',
  F: '05cb56819890',
  G: '15e35337f3fd',
  H: '1c7a17fb0e4d',
}
const digest = (...words) => createHash('sha256').update(words.join(' ')).digest('hex').slice(0, 12)

for (const [at, letter] of Object.keys(RIGHT).entries())
  test(
    `${letter}: it fails as its log says, and works once it is mended`,
    `${letter}：照日志那样失败，改好就能用`,
    async () => {
      assert.equal(
        await fails(letter, servers),
        logs[at].replaceAll('\r', ''),
        say('the log, made anew', '重新生成的日志'),
      )
      const { cause, fix } = answers[letter]
      assert.ok(cause && fix, say(`${letter}: no answer yet`, `${letter}：还没有作答`))
      assert.ok(
        await mends(letter, fix, servers),
        say(`${letter}: ${fix} was tried, and it still fails`, `${letter}：照 ${fix} 改了，还是失败`),
      )
      assert.equal(
        digest(letter, cause, fix),
        RIGHT[letter],
        say(`${letter}: it works now, but ${cause} was not the cause`, `${letter}：现在通了，不过原因不是 ${cause}`),
      )
    },
  )
