// What the machine lets us do: pin processes to cores, read the time they had on one, open sockets.
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, platform, totalmem } from 'node:os'
import { spawnSync } from 'node:child_process'

const read = (path) => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined // another system than Linux, or a thread that has ended
  }
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
const [SERVER_CORE, LOAD_CORE] = ['0', '1']

/** The command that runs Node on the servers' core, or on that of the load. */
export const onCore = (role, args) =>
  canPin
    ? ['taskset', ['-c', role === 'server' ? SERVER_CORE : LOAD_CORE, process.execPath, ...args]]
    : [process.execPath, args]

export const hasCpuTimes = read('/proc/self/schedstat') !== undefined

/** Microseconds that all threads of a process have had on a core; NaN where the system does not say. */
export function cpuOf(pid) {
  if (!hasCpuTimes) return NaN
  const times = readdirSync(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/schedstat`))
  return times.reduce((sum, time) => sum + Number(time?.split(' ')[0] ?? 0), 0) / 1000
}

/** The most memory that a process ever had, in MB; NaN where the system does not say. */
export const peakRssOf = (pid) => Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`) ?? '')?.[1]) / 1024

/** How many of the sockets that we would like to open this system allows. */
export function socketsFor(wanted) {
  const hard = /Max open files\s+\S+\s+(\d+)/.exec(read('/proc/self/limits') ?? '')?.[1]
  return Math.min(wanted, hard ? Number(hard) - 500 : wanted)
}

export function describeMachine() {
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return [
    `${cpu?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${memory}; ${platform()}`,
    new Date().toISOString().slice(0, 10),
    canPin
      ? `servers on core ${SERVER_CORE}, the load on core ${LOAD_CORE}`
      : 'processes are not pinned to cores here: read all figures with care',
    ...(hasCpuTimes ? [] : ['this system does not say what a process had of a core: CPU is not measured']),
  ]
}
