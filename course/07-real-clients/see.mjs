// node course/07-real-clients/see.mjs [A … H]: lets a failed set-up fail, and prints its log; without a letter all eight.
import { fails, SETUPS, startServers } from './setups.mjs'

const asked = process.argv.slice(2).map((word) => word.toUpperCase())
const names = Object.keys(SETUPS).filter((name) => asked.length === 0 || asked.includes(name))
const servers = await startServers()
const logs = []
for (const name of names) logs.push(await fails(name, servers))
await servers.close()
console.log(logs.join('\n\n'))
