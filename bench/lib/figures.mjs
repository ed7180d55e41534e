// From the figures of many windows to one ratio.
export const median = (figures) => {
  const sorted = figures.filter(Number.isFinite).toSorted((a, b) => a - b)
  const half = sorted.length / 2
  if (sorted.length === 0) return NaN
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)]
}

export const rotated = (list, by) => list.map((_one, index) => list[(index + by) % list.length])

/** For each server: the median over its processes of what `figureOf` says of each. */
export function perServer(field, figureOf) {
  const names = [...new Set(field.map(({ name }) => name))]
  return new Map(names.map((name) => [name, median(field.filter((one) => one.name === name).map(figureOf))]))
}

/** A row: ours and the rivals as multiples of the floor. */
export function rowOf(id, figures, format) {
  const floor = figures.get('floor')
  const rivals = [...figures].filter(([name]) => name !== 'floor' && name !== 'ours')
  return {
    id,
    value: figures.get('ours') / floor,
    floor: format(floor),
    rivals: Object.fromEntries(rivals.map(([name, figure]) => [name, figure / floor])),
  }
}

const digits = (figure) => (figure >= 100 ? 0 : figure >= 10 ? 1 : 2)
export const inUnit = (unit) => (figure) =>
  Number.isFinite(figure) ? `${figure.toFixed(digits(figure))} ${unit}` : 'not measured'
