// A reporter for node:test: one JSON line for each test, for programs to read.
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (data?.nesting !== 0 || (type !== 'test:pass' && type !== 'test:fail')) continue
    const error = data.details.error?.cause ?? data.details.error
    yield `${JSON.stringify({ name: data.name, ok: type === 'test:pass', message: error?.message, stack: error?.stack })}\n`
  }
}
