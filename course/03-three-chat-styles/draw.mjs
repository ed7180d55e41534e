// Draws styles.svg: node course/draw.mjs
import { box, picture, text } from '../drawing.mjs'

const ROWS = ['event:', 'type 类型', 'place 位置', 'text 文字']
const COLUMNS = [
  ['ChatGPT', ['delta', '', '"p": "…/0", "o": "append"', '"v": "\\u597d\\uff0c…"'], 'once 只说一次'],
  ['KIMI', ['', '"event": "cmpl"', '"idx_s": 0, "idx_z": 0', '"text": "好"'], 'in each event 每次都说'],
  ['DeepSeek', ['', '', '', '"v": "高级"'], 'said before 早先说过'],
]
const [LEFT, TOP, WIDTH, HEIGHT, GAP] = [110, 48, 272, 38, 12]

const cell = (x, y, code) => {
  if (code === '') return box(x, y, WIDTH, HEIGHT, 'empty')
  const [name, ...value] = code.split(/(?<=: )/)
  const pieces =
    value.length > 0
      ? [
          [name, 'name'],
          [value.join(''), 'value'],
        ]
      : [[code, 'value']]
  return [box(x, y, WIDTH, HEIGHT), text(x + 12, y + 24, pieces, 'code')]
}

export const pictures = {
  'styles.svg': picture(LEFT + 3 * (WIDTH + GAP) + 8, TOP + 4 * (HEIGHT + GAP) + 26, 'ChatGPT, KIMI, DeepSeek', [
    ROWS.map((row, at) => text(LEFT - 14, TOP + at * (HEIGHT + GAP) + 24, row, 'small end quiet')),
    COLUMNS.map(([name, codes, when], column) => {
      const x = LEFT + column * (WIDTH + GAP)
      return [
        text(x, 30, name, 'title'),
        codes.map((code, at) => cell(x, TOP + at * (HEIGHT + GAP), code)),
        text(x, TOP + 4 * (HEIGHT + GAP) + 10, `${ROWS[2]}: ${when}`, 'small quiet'),
      ]
    }),
  ]),
}
