// Every interleaving of a small model: all states that can be reached, by breadth, and the shortest way to a bad one.

/** A model: a state is a plain value, and a step leads from one to the next. */
export interface Model<State> {
  initial: State
  /** What can happen next, each with a name. */
  steps(state: State): [name: string, next: State][]
  /** What is wrong with a state, if anything is. */
  wrong(state: State): string | undefined
  /** What is wrong with a state in which nothing can happen any more. */
  wrongAtEnd(state: State): string | undefined
}

export interface Explored {
  states: number
  ends: number
  /** What was wrong first, and the steps that led there. */
  found: string | undefined
}

/** Looks at all states that can be reached. Stops at the first that is wrong. */
export function explore<State>(model: Model<State>): Explored {
  const first = JSON.stringify(model.initial)
  const cameFrom = new Map<string, readonly [key: string, step: string] | undefined>([[first, undefined]])
  let ends = 0
  const wayTo = (key: string): string[] => {
    const before = cameFrom.get(key)
    return before ? [...wayTo(before[0]), before[1]] : []
  }
  for (const key of cameFrom.keys()) {
    // A Map is walked through in the order of insertion, those added meanwhile included: by breadth.
    const state = JSON.parse(key) as State
    const next = model.steps(state)
    const problem = model.wrong(state) ?? (next.length === 0 ? model.wrongAtEnd(state) : undefined)
    if (problem) return { states: cameFrom.size, ends, found: `${problem}: ${wayTo(key).join(', ')}` }
    if (next.length === 0) ends++
    for (const [step, to] of next) {
      const text = JSON.stringify(to)
      if (!cameFrom.has(text)) cameFrom.set(text, [key, step])
    }
  }
  return { states: cameFrom.size, ends, found: undefined }
}
