export const CAPTURED_TOOL: { name: string; description: string; inputSchema: object }
