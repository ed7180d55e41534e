// Draws cherry-studio.svg, the form of its settings: node course/draw.mjs
import { arrow, box, picture, text } from '../drawing.mjs'

const FIELDS = [
  ['名称 Name', 'hn'],
  ['类型 Type', 'streamableHttp'],
  ['URL', 'http://127.0.0.1:3000/mcp'],
  ['请求头 Headers', ''],
]
const [TOP, STEP] = [78, 54]

export const pictures = {
  'cherry-studio.svg': picture(860, 330, 'Cherry Studio: MCP', [
    box(16, 16, 500, 298),
    text(36, 46, '设置 Settings → MCP → 添加 Add', 'title'),
    text(566, 46, '示意图 a drawing, no screenshot', 'small quiet'),
    FIELDS.map(([label, value], at) => [
      text(36, TOP + at * STEP + 22, label, 'small quiet'),
      box(170, TOP + at * STEP, 324, 36, 'empty'),
      text(184, TOP + at * STEP + 23, value, 'code'),
    ]),
    text(184, TOP + 3 * STEP + 23, 'Authorization=Bearer …', 'code quiet'),
    arrow(560, 122, 496, 148, 'client'),
    text(566, 110, 'sse → GET 先发 first', 'small client'),
    text(566, 132, 'streamableHttp → POST 先发 first', 'small client'),
    arrow(560, 216, 496, 206, 'server'),
    text(566, 208, 'sse → …/sse', 'code server'),
    text(566, 232, 'streamableHttp → …/mcp', 'code server'),
  ]),
}
