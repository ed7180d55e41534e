// @ts-check
// How each client is pointed at a server.

/** @param {string} base @param {'mcp' | 'sse'} path @returns {{ name: string, word?: string, where?: string, text: string }[]} */
export function snippetsFor(base, path) {
  const url = `${base}/${path}`
  const short = path === 'mcp' ? 'http' : 'sse'
  const type = path === 'mcp' ? 'streamableHttp' : 'sse'
  const json = (hn, key = 'mcpServers') => JSON.stringify({ [key]: { hn } })
  return [
    {
      name: 'MCP Inspector',
      where: 'Node ≥ 22.19',
      text: `npx @modelcontextprotocol/inspector@2 --server-url ${url} --transport ${short}`,
    },
    {
      name: 'Cherry Studio',
      word: 'clients.cherry',
      text: json({ name: 'hn', type, baseUrl: url, headers: {}, isActive: true }),
    },
    { name: 'Claude Code', word: 'clients.terminal', text: `claude mcp add --transport ${short} hn ${url}` },
    { name: 'VS Code', where: '.vscode/mcp.json', text: json({ type: short, url }, 'servers') },
    { name: 'Cursor', where: '.cursor/mcp.json', text: json({ url }) },
    {
      name: 'Cline',
      where: 'MCP Servers → Remote → JSON',
      text: json({ type, url, disabled: false, autoApprove: [] }),
    },
    { name: 'LM Studio', where: 'Program → Install → Edit mcp.json', text: json({ url }) },
  ]
}
