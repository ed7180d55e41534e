// Draws border.svg: node course/draw.mjs
import { arrow, box, picture, text } from '../drawing.mjs'

/** A half of the picture: where the tool runs, and what it reaches there. */
const half = (x, title, parts) => [text(x + 205, 30, title, 'title middle'), parts]

const reached = (x, y, word, width = 140) => [box(x, y, width, 34), text(x + width / 2, y + 22, word, 'small middle')]
const actor = (x, y, word, role) => [box(x, y, 120, 44, 'box'), text(x + 60, y + 27, word, `middle ${role}`)]

export const pictures = {
  'border.svg': picture(860, 400, 'stdio, HTTP', [
    half(0, 'stdio', [
      box(16, 46, 392, 262, 'empty'),
      text(28, 66, 'your machine 你的电脑', 'small quiet'),
      actor(36, 90, 'client', 'client'),
      actor(96, 226, 'tool 工具', 'server'),
      arrow(112, 134, 112, 226, 'client'),
      arrow(136, 226, 136, 134, 'server'),
      text(146, 164, 'stdin, stdout', 'small quiet'),
      [
        ['files 文件', 120],
        ['env 环境变量', 192],
        ['network 网络', 264],
      ].map(([word, y], at) => [reached(262, y - 22, word), arrow(216, 242 + at * 6, 262, y - 5, 'fault')]),
      arrow(60, 134, 60, 346, 'server'),
    ]),
    half(440, 'HTTP', [
      box(456, 46, 160, 262, 'empty'),
      text(468, 66, 'your machine 你的电脑', 'small quiet'),
      actor(474, 90, 'client', 'client'),
      reached(510, 170, 'files 文件', 98),
      reached(510, 212, 'env 环境变量', 98),
      box(684, 46, 160, 262, 'empty'),
      text(696, 66, 'data centre 机房', 'small quiet'),
      actor(704, 90, 'tool 工具', 'server'),
      arrow(594, 104, 704, 104, 'client'),
      arrow(704, 122, 594, 122, 'server'),
      text(650, 92, 'HTTP', 'small quiet middle'),
      reached(694, 170, 'its own 它自己的'),
      arrow(764, 134, 764, 170, 'mark'),
      arrow(488, 134, 488, 346, 'server'),
    ]),
    box(16, 346, 828, 40, 'pipe'),
    text(430, 371, 'model 模型: description 描述, result 结果', 'middle'),
  ]),
}
