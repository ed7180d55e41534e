// Draws border.svg: node course/draw.mjs
import { arrow, box, picture, text } from '../drawing.mjs'

/** A half of the picture: where the tool runs, and what it reaches there. */
const half = (x, title, parts) => [text(x + 205, 30, title, 'title middle'), parts]

const reached = (x, y, word) => [box(x, y, 150, 34, 'box'), text(x + 75, y + 22, word, 'small middle')]
const actor = (x, y, word, role) => [box(x, y, 120, 44, 'box'), text(x + 60, y + 27, word, `middle ${role}`)]

export const pictures = {
  'border.svg': picture(860, 400, 'stdio, HTTP', [
    half(0, 'stdio', [
      box(16, 46, 392, 262, 'empty'),
      text(28, 66, 'your machine 你的电脑', 'small quiet'),
      actor(36, 90, 'client', 'client'),
      actor(36, 226, 'tool 工具', 'server'),
      arrow(84, 134, 84, 226, 'client'),
      arrow(110, 226, 110, 134, 'server'),
      text(120, 184, 'stdin, stdout', 'small quiet'),
      [
        ['files 文件', 120],
        ['env 环境变量', 192],
        ['network 网络', 264],
      ].map(([word, y], at) => [reached(244, y - 22, word), arrow(156, 248 - 6 + at * 6, 244, y - 5, 'fault')]),
      arrow(60, 90, 60, 346, 'server'),
    ]),
    half(440, 'HTTP', [
      box(456, 46, 160, 262, 'empty'),
      text(468, 66, 'your machine 你的电脑', 'small quiet'),
      actor(474, 90, 'client', 'client'),
      reached(461, 170, 'files 文件'),
      reached(461, 212, 'env 环境变量'),
      box(684, 46, 160, 262, 'empty'),
      text(696, 66, 'data centre 机房', 'small quiet'),
      actor(704, 90, 'tool 工具', 'server'),
      arrow(594, 104, 704, 104, 'client'),
      arrow(704, 122, 594, 122, 'server'),
      text(650, 92, 'HTTP', 'small quiet middle'),
      reached(689, 170, 'its own 它自己的'),
      arrow(764, 134, 764, 170, 'mark'),
      arrow(500, 134, 500, 346, 'server'),
    ]),
    box(16, 346, 828, 40, 'pipe'),
    text(430, 371, 'model 模型: description 描述, result 结果', 'middle'),
  ]),
}
