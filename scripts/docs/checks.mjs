// The tables of docs/check.md that say what each check of `sse-mcp check` is, from the checks themselves. `npm run docs`
// writes them, a test compares. What was built has to be here.
const LANG = {
  en: { head: ['check', 'level', 'what the specification says'], only: (versions) => ` (${versions.join(', ')})` },
  zh: { head: ['检查', '级别', '规范怎么说'], only: (versions) => `（${versions.join('、')}）` },
}

/** A table for each transport. */
export async function checkTables(lang) {
  const { PROTOCOLS } = await import('../../dist/cli/client.js')
  const { checksOf, sectionOf } = await import('../../dist/cli/run-checks.js')
  const say = LANG[lang]
  const transports = [...new Set(PROTOCOLS.map(({ transport }) => transport))]
  return transports
    .map((transport) => {
      const protocols = PROTOCOLS.filter((each) => each.transport === transport)
      const found = new Map() // by name: the newest revision says it best
      for (const protocol of protocols)
        for (const check of checksOf(protocol))
          found.set(check.en, {
            check,
            section: sectionOf(check, protocol),
            versions: [...(found.get(check.en)?.versions ?? []), protocol.version],
          })
      const rows = [...found.values()].map(({ check, section, versions }) => [
        `${check[lang]}${versions.length < protocols.length ? say.only(versions) : ''}`,
        check.must ? 'MUST' : 'SHOULD',
        `[${(check.must ?? check.should).replaceAll('|', '\\|')}](${section})`,
      ])
      const lines = [say.head, say.head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
      return `### ${transport}\n\n${lines.join('\n')}`
    })
    .join('\n\n')
}
