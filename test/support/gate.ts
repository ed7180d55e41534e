// What a tool or an upstream of a test waits at, so that no test has to sleep: `await gate.opened`.

export interface Gate<T = void> {
  opened: Promise<T>
  open(value: T): void
}

/** A gate that is closed, and opens once. */
export function closedGate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => {}
  const opened = new Promise<T>((resolve) => (open = resolve))
  return { opened, open }
}

/** A gate that stands open, until a test closes it. */
export function openGate(): Gate & { close(): void } {
  const gate = { opened: Promise.resolve(), open: () => {}, close: () => void Object.assign(gate, closedGate()) }
  return gate
}
