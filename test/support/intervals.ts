// The timers of `setInterval` that run: what is left behind would keep on, and keep what it refers to.
import { mock, type TestContext } from 'node:test'

/** The intervals of so many milliseconds that are set from now on and not cleared, until the test ends. */
export function intervalsOf(t: TestContext, ms: number): ReadonlySet<unknown> {
  const running = new Set<unknown>()
  const [set, clear] = [globalThis.setInterval, globalThis.clearInterval]
  mock.method(globalThis, 'setInterval', ((listener: () => void, every: number) => {
    const timer = set(listener, every)
    if (every === ms) running.add(timer)
    return timer
  }) as typeof setInterval)
  mock.method(globalThis, 'clearInterval', ((timer: NodeJS.Timeout) => {
    running.delete(timer)
    clear(timer)
  }) as typeof clearInterval)
  t.after(() => mock.restoreAll())
  return running
}
