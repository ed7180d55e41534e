// TLS between a node and the engine, with a certificate that was made for the test.
// Needs: redis-server, openssl
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { redisEngine } from '../../src/redis/index.ts'
import { spawnNode } from './spawned-node.ts'
import { call, freePort, initialize, SECRET, startRedis } from './support.ts'

const { openssl: findOpenssl } = (await import('../../scripts/parts.mjs' as string)) as {
  openssl(): string | undefined
}
const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-tls-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A key, and a certificate for an address that is its own authority. Returns their files. */
function makeCertificate(name: string, address: string): { key: string; certificate: string } {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const ofKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key]
  const ofWhom = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=IP:${address}`, '-days', '1']
  const { status, stderr } = spawnSync(findOpenssl()!, ['req', '-x509', ...ofKey, ...ofWhom, '-out', certificate])
  assert.equal(status, 0, String(stderr))
  return { key, certificate }
}

/** A redis-server that speaks TLS. Returns the URL for that. */
async function startTlsRedis({ key, certificate }: ReturnType<typeof makeCertificate>): Promise<string> {
  const port = await freePort()
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate]
  await startRedis('--tls-port', String(port), ...files, '--tls-auth-clients', 'no', '--requirepass', 'sesame')
  return `rediss://:sesame@127.0.0.1:${port}`
}

test('nodes speak TLS to an engine whose certificate they trust, and to no other', async () => {
  const own = makeCertificate('engine', '127.0.0.1')
  const url = await startTlsRedis(own)
  const trusting = { NODE_EXTRA_CA_CERTS: own.certificate }
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => spawnNode(url, id, trusting)))
  const session = await initialize(n1!.url)
  const answer = await call(n2!.url, session, 'tools/call', { name: 'works', arguments: { text: 'done' } })
  assert.match(answer.text, /done by n2/)

  await assert.rejects(redisEngine({ url, serverSecret: SECRET }), /cannot be reached: .*self-signed certificate/)
})

test('a certificate for another address is refused, though its authority is trusted', async () => {
  const other = makeCertificate('other', '127.0.0.2')
  const url = await startTlsRedis(other)
  await assert.rejects(spawnNode(url, 'n1', { NODE_EXTRA_CA_CERTS: other.certificate }), /ended with 1/)
})
