// A host for MCP Apps in a page, built on the official app-bridge: it calls a tool and shows its page in a frame.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { AppBridge, getToolUiResourceUri, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge'

const mimeTypes = ['text/html;profile=mcp-app']
const { server, mode } = Object.fromEntries(new URL(location.href).searchParams)
const host = { name: 'host', version: '1.0.0' }
const client = new Client(host, {
  capabilities: { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes } } },
  ...(mode === 'auto' && { versionNegotiation: { mode: 'auto' } }),
})
await client.connect(new StreamableHTTPClientTransport(new URL(server)))

const { tools } = await client.listTools()
const [tool] = tools
const { contents } = await client.readResource({ uri: getToolUiResourceUri(tool) })
const args = { sides: 20 }
const result = await client.callTool({ name: tool.name, arguments: args })

const frame = document.querySelector('iframe')
const bridge = new AppBridge(client, host, { serverTools: {} })
bridge.oninitialized = async () => {
  await bridge.sendToolInput({ arguments: args })
  await bridge.sendToolResult(result)
}
await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow))
frame.srcdoc = contents[0].text
window.shown = { mimeType: contents[0].mimeType, rolled: result.structuredContent.rolled }
