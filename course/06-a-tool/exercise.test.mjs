import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { tool, withTools } from '../stages/6-tool.mjs'
import { begin, fileOf, testAtOnce, testStage } from '../stages/lesson.mjs'
import { targetOf } from '../stages/check.mjs'
import { Conversation } from '../stages/wire.mjs'
import { say } from '../say.mjs'

const { items } = JSON.parse(readFileSync(new URL('../../data/hackernews.json', import.meta.url), 'utf8'))
const [item] = items
const NAME = 'get-hackernews-item'

const starting = begin(fileOf(import.meta.url))
testStage(tool, starting, { call: { name: NAME, arguments: { id: item.id } } })

/** What a call of the tool is answered with. */
async function call(params, check) {
  const talk = new Conversation()
  try {
    const { client } = await withTools(talk, targetOf((await starting).url))
    check(await client.call('tools/call', params), talk)
  } finally {
    talk.close()
  }
}

testAtOnce('the text is the story as it is stored', 'text 就是存着的那条故事', () =>
  call({ name: NAME, arguments: { id: item.id } }, ({ result }, talk) => {
    talk.want(result?.content?.[0]?.type === 'text', '"content":[{"type":"text",…}]')
    assert.deepEqual(JSON.parse(result.content[0].text), item)
  }),
)

testAtOnce(
  'a story that is not there is told to the model: isError, and which one',
  '没有的故事要告诉模型：isError，以及是哪一条',
  () =>
    call({ name: NAME, arguments: { id: 404404 } }, ({ result }, talk) => {
      talk.want(result?.isError === true, '"result":{"isError":true,…}')
      talk.want(
        result.content?.[0]?.text?.includes('404404'),
        say('a text that names the story', 'text 里说出是哪一条'),
      )
    }),
)

testAtOnce(
  'an argument that is missing is told to the model, with its name',
  '缺了哪个参数要告诉模型，连名字一起',
  () =>
    call({ name: NAME, arguments: {} }, ({ result }, talk) => {
      talk.want(result?.isError === true, '"result":{"isError":true,…}')
      talk.want(
        /\bid\b/.test(result.content?.[0]?.text),
        say('a text that names the argument: id', 'text 里说出参数的名字：id'),
      )
    }),
)

testAtOnce(
  'an argument that the schema does not know is told to the model, with its name',
  'schema 里没有的参数要告诉模型，连名字一起',
  () =>
    call({ name: NAME, arguments: { id: item.id, colour: 'red' } }, ({ result }, talk) => {
      talk.want(result?.isError === true, '"result":{"isError":true,…}')
      talk.want(
        result.content?.[0]?.text?.includes('colour'),
        say('a text that names the argument', 'text 里说出参数的名字'),
      )
    }),
)

testAtOnce(
  'a tool that is not there is told to the program: the error -32602',
  '没有的工具要告诉程序：错误 -32602',
  () =>
    call({ name: 'get-hackernews-weather', arguments: {} }, ({ error }, talk) => {
      talk.want(error?.code === -32602, '"error":{"code":-32602,"message":"…"}')
    }),
)
