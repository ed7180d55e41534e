export default {
  en: {
    title: 'Other clients',
    terminal: 'in a terminal',
    cherry: 'Settings → MCP → import JSON',
  },
  zh: {
    title: '其他客户端',
    terminal: '在终端里',
    cherry: '设置 → MCP → 从 JSON 导入',
  },
}
