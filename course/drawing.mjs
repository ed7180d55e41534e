// What the pictures of the lessons are drawn with: SVG whose colours are the roles of web/shared/tokens.css, in both
// themes. Labels are words of the protocols, or stand in both languages, so that a picture serves either text.
import { readFileSync } from 'node:fs'

const tokens = readFileSync(new URL('../web/shared/tokens.css', import.meta.url), 'utf8')
const ROLES = [
  'paper', 'raised', 'ink', 'quiet', 'line', 'mark', 'client', 'server', 'name', 'control', 'fault', 'pipe',
] // prettier-ignore

/** The colours of a theme, as the pages have them. */
function colours(selector) {
  const [, block] = tokens.split(`${selector} {\n`)
  const declared = new Map(
    Array.from(block.split('}')[0].matchAll(/--([\w-]+): (#\w+);/g), ([, name, hex]) => [name, hex]),
  )
  return ROLES.map((role) => `--${role}: ${declared.get(role)};`).join(' ')
}

const STYLE = `
svg { ${colours(':root')} }
@media (prefers-color-scheme: dark) { svg { ${colours(":root[data-theme='dark']")} } }
.sheet { fill: var(--paper); }
text { fill: var(--ink); font: 15px system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }
.code { font: 14px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans CJK SC', monospace; white-space: pre; }
.small { font-size: 12.5px; }
.title { font-weight: 600; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
${['client', 'server', 'name', 'control', 'fault', 'quiet'].map((role) => `.${role} { fill: var(--${role}); }`).join('\n')}
.box, .empty, .pipe { fill: var(--raised); stroke: var(--mark); }
.empty { fill: none; stroke-dasharray: 4 4; }
.pipe { fill: var(--pipe); stroke: var(--server); }
.rule { stroke: var(--line); }
.arrow { fill: none; stroke-width: 1.8; }
${['client', 'server', 'fault', 'mark'].map((role) => `.arrow.${role} { stroke: var(--${role}); fill: none; }`).join('\n')}
${['client', 'server', 'fault', 'mark'].map((role) => `.tip.${role} { fill: var(--${role}); }`).join('\n')}
`

const escape = (words) => words.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`)

/** A piece of text; several pieces in a row, each `[words, kind]`, keep their own colours. */
export function text(x, y, words, kind = '') {
  const pieces = Array.isArray(words)
    ? words.map(([part, role]) => `<tspan class="${role}">${escape(part)}</tspan>`)
    : escape(words)
  return `<text x="${x}" y="${y}" class="${kind}">${Array.isArray(pieces) ? pieces.join('') : pieces}</text>`
}

export const box = (x, y, width, height, kind = 'box') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" class="${kind}"/>`

export const rule = (x1, y1, x2, y2) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="rule"/>`

/** A line with a point at its end, in the colour of whoever speaks. */
export function arrow(x1, y1, x2, y2, role) {
  const turn = Math.atan2(y2 - y1, x2 - x1)
  const at = (along, aside) =>
    `${(x2 - along * Math.cos(turn) - aside * Math.sin(turn)).toFixed(1)},${(y2 - along * Math.sin(turn) + aside * Math.cos(turn)).toFixed(1)}`
  return `<path d="M${x1},${y1} L${at(6, 0)}" class="arrow ${role}"/><path d="M${at(0, 0)} L${at(10, 4.5)} L${at(10, -4.5)} Z" class="tip ${role}"/>`
}

/** A whole picture. `title` is for whoever opens it by itself; beside a lesson, the lesson's own words stand for it. */
export const picture = (width, height, title, parts) =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="sheet" width="${width}" height="${height}"/>`,
    ...parts.flat(Infinity),
    '</svg>',
    '',
  ].join('\n')
