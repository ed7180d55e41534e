// A reporter for node:test: one JSON line for each test, for programs to read.
import { say } from './say.mjs'

// What Node itself says when an assertion fails, and what it is called in Chinese. What it does not know here stays as it is.
const NODE_SAYS = [
  ['Expected values to be strictly equal:', '两个值应当严格相等：'],
  ['Expected values to be strictly deep-equal:', '两个值应当逐层严格相等：'],
  ['+ actual - expected', '+ 实际得到的  - 应当是的'],
  ['Missing expected exception', '应当抛出错误，却没有'],
  ['The expression evaluated to a falsy value:', '这个表达式应当为真：'],
]

const inTheLanguage = (message) =>
  NODE_SAYS.reduce((text, [english, chinese]) => text?.replace(english, say(english, chinese)), message)

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (data?.nesting !== 0 || (type !== 'test:pass' && type !== 'test:fail')) continue
    const error = data.details.error?.cause ?? data.details.error
    const { stack, message } = error ?? {}
    yield `${JSON.stringify({ name: data.name, ok: type === 'test:pass', message: inTheLanguage(message), stack })}\n`
  }
}
