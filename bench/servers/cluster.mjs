// A server as several processes that share a port: node:cluster hands each new connection to the next one.
//   SERVER   whose: ours (the default) or the floor
//   WORKERS  how many; the rest as in bench/server.mjs
// Whoever asks over IPC is told their process ids.
import cluster from 'node:cluster'

if (cluster.isPrimary) {
  const workers = Array.from({ length: Number(process.env.WORKERS ?? 2) }, () => cluster.fork())
  process.on('message', () => process.send(workers.map((worker) => worker.process.pid)))
} else await import(process.env.SERVER === 'floor' ? './floor.mjs' : '../server.mjs')
