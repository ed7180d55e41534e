// Draws trap.svg: node course/draw.mjs
import { box, picture, rule, text } from '../drawing.mjs'

// In the order of the wire; whether the filter `http` shows it by default.
const PACKETS = [
  ['GET /sse', 'client', 0, true],
  ['200', 'server', 0, false],
  ['event: endpoint', 'server', 0, false],
  ['POST', 'client', 1, true],
  ['202', 'server', 1, true],
  ['event: message', 'server', 0, false],
]
const [LEFT, STEP, WIDTH, HEIGHT] = [40, 144, 136, 32]

/** Two connections, one below the other; what is not shown is an empty frame. */
const rows = (top, title, isShown) => [
  text(LEFT, top, title, 'title'),
  [0, 1].map((stream) => [
    rule(LEFT, top + 34 + stream * 46, LEFT + 6 * STEP - 8, top + 34 + stream * 46),
    text(LEFT - 8, top + 39 + stream * 46, String(stream), 'code end quiet'),
  ]),
  PACKETS.map(([name, role, stream, byDefault], at) => {
    const [x, y] = [LEFT + at * STEP, top + 18 + stream * 46]
    if (!isShown(byDefault)) return box(x, y, WIDTH, HEIGHT, 'sheet') + box(x, y, WIDTH, HEIGHT, 'empty')
    return [box(x, y, WIDTH, HEIGHT), text(x + WIDTH / 2, y + 21, name, `code middle ${role}`)]
  }),
]

export const pictures = {
  'trap.svg': picture(LEFT + 6 * STEP + 8, 300, 'tcp, http', [
    rows(30, 'tcp: on the wire 线路上', () => true),
    rows(178, 'http: what the filter shows 过滤器显示的', (byDefault) => byDefault),
  ]),
}
