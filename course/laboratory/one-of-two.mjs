// One of the two servers behind the proxy of two-servers.mjs: a plain one, which does not know of the other.
import { serve } from '../../dist/index.js'
import { createHackerNews } from '../../dist/tools/hacker-news.js'

const tools = [createHackerNews(JSON.parse(process.argv[2]))]
// Its clients find it behind the proxy's path, so that is where its `endpoint` event must send them.
const publicUrl = 'http://localhost/lab/two'
const { server } = await serve({ name: 'one-of-two', version: '1.0.0', tools, port: 0, publicUrl })
process.once('disconnect', () => process.exit()) // also when the process that began us was killed
process.send(server.address().port)
