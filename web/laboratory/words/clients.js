export default {
  en: {
    terminal: 'in a terminal',
    cherry: 'Settings → MCP → import JSON',
  },
  zh: {
    terminal: '在终端里',
    cherry: '设置 → MCP → 从 JSON 导入',
  },
}
