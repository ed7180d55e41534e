// What a message of a server must be, by the official JSON Schema of a revision.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']

/**
 * The one rule of the schemas that this server breaks on purpose. Until 2025-06-18 they require an id on every error
 * and allow no `null`, so that an error whose request has no readable id could not be said at all. It is sent without
 * one, which is what the schemas demand since 2025-11-25.
 */
const withId = (message) => (isObject(message) && 'error' in message ? { id: 0, ...message } : message)

/** Those methods may be answered by questions (2026-07-28, patterns, "Multi Round-Trip Requests"). */
const MAY_ASK_BACK = ['tools/call', 'prompts/get', 'resources/read']

/** What the extension Tasks adds (extensions/tasks.json): the results of its methods, and its notification. */
const TASKS = {
  'tasks/get': 'GetTaskResult',
  'tasks/update': 'UpdateTaskResult',
  'tasks/cancel': 'CancelTaskResult',
  'notifications/tasks': 'TaskStatusNotification',
}

/** Methods of no specification, which extensions in tests add. Their results are objects. */
const isExample = (method) => String(method).startsWith('example/')

/** The formats that the schemas use; plain ajv knows none of them. */
const FORMATS = {
  uri: (text) => URL.canParse(text),
  'uri-template': (text) => /^([^{}]|\{[^{}]+\})*$/.test(text),
  byte: /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
}

const schemas = new Map()

/** The schema of a revision, read and compiled when it is first needed. */
function schemaOf(revision) {
  let schema = schemas.get(revision)
  if (!schema) schemas.set(revision, (schema = loadSchema(revision)))
  return schema
}

function loadSchema(revision) {
  const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
  const json = read(`${revision}.json`)
  const is2020 = json.$schema.includes('2020-12')
  const { default: Ajv } = require(is2020 ? 'ajv/dist/2020.js' : 'ajv')
  // What is compiled here runs a few times only: making it fast takes longer than it saves.
  const ajv = new Ajv({ strict: false, validateSchema: false, formats: FORMATS, code: { optimize: false } })
  ajv.addSchema(json, revision)
  // The extension is there in the revisions without a handshake.
  if (is2020 && json.$defs.InputRequiredResult) ajv.addSchema(read('extensions/tasks.json'), 'tasks')
  const all = is2020 ? json.$defs : json.definitions
  const place = `${revision}#/${is2020 ? '$defs' : 'definitions'}/`

  /** The members of a union, by their method. */
  const byMethod = (union) => {
    const names = (all[union]?.anyOf ?? []).map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1))
    return new Map(names.map((name) => [all[name].properties.method.const, name]))
  }
  return {
    has: (name) => Object.hasOwn(all, name),
    requests: byMethod('ClientRequest'),
    asks: byMethod('ServerRequest'),
    notifications: byMethod('ServerNotification'),
    /** The definition of an error that has a code of its own: of the whole message, or of its `error`. */
    ofError(code) {
      for (const [name, { properties = {} }] of Object.entries(all)) {
        if (properties.code?.const === code) return { name, isWhole: false }
        if (properties.error?.allOf?.[1].properties.code.const === code) return { name, isWhole: true }
      }
      return undefined
    },
    /** What is wrong with a value, or undefined. A name of the extension's begins with `tasks:`. */
    check(name, value) {
      const [, own] = name.split('tasks:')
      const validate = ajv.getSchema(own ? `tasks#/$defs/${own}` : place + name)
      if (!validate) return `${name}: not in this revision`
      if (validate(value)) return undefined
      const texts = validate.errors.map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`)
      return `${name}: ${[...new Set(texts)].join(', ').slice(0, 600)}`
    },
  }
}

/**
 * What is wrong with a message that a server sent, in words: a rule of the revision's schema each.
 * `methods` are those of the requests that a response with this id may answer.
 *
 * @param {string} revision
 * @param {any} message
 * @param {readonly string[]} methods
 * @returns {string[]}
 */
export function violations(revision, message, methods = []) {
  const schema = schemaOf(revision)
  const own = isObject(message) && !Array.isArray(message) ? checkOne(schema, message, methods) : []
  if (own.length > 0) return own
  const whole = schema.check('JSONRPCMessage', Array.isArray(message) ? message.map(withId) : withId(message))
  return whole ? [whole] : []
}

function checkOne(schema, message, methods) {
  if ('method' in message) return checkSpoken(schema, message)
  if ('error' in message) return checkError(schema, message)
  const shape = schema.check(schema.has('JSONRPCResultResponse') ? 'JSONRPCResultResponse' : 'JSONRPCResponse', message)
  if (shape) return [shape]
  if (methods.length === 0) return ['JSONRPCResponse: it answers no request']
  const found = methods.map((method) => checkResult(schema, method, message.result))
  return found.find((problems) => problems.length === 0) ?? found[0]
}

/** A notification, or a request of the server's own. */
function checkSpoken(schema, message) {
  const isRequest = 'id' in message
  const own = !isRequest && TASKS[message.method]
  const name = own ? `tasks:${own}` : (isRequest ? schema.asks : schema.notifications).get(message.method)
  if (!name) return [`${isRequest ? 'ServerRequest' : 'ServerNotification'}: ${message.method} is none`]
  return [
    schema.check(isRequest ? 'JSONRPCRequest' : 'JSONRPCNotification', message),
    schema.check(name, message),
  ].filter(Boolean)
}

function checkError(schema, message) {
  const shape = schema.has('JSONRPCErrorResponse') ? 'JSONRPCErrorResponse' : 'JSONRPCError'
  const own = schema.ofError(message.error?.code)
  return [
    schema.check(shape, withId(message)),
    'result' in message && `${shape}: it has a result too`,
    own && schema.check(own.name, own.isWhole ? withId(message) : message.error),
  ].filter(Boolean)
}

function checkResult(schema, method, result) {
  const ofTasks = method === 'tools/call' && result.resultType === 'task' ? 'CreateTaskResult' : TASKS[method]
  if (ofTasks) return [schema.check(`tasks:${ofTasks}`, result)].filter(Boolean)
  if (isExample(method)) return [schema.check('Result', result)].filter(Boolean)
  const request = schema.requests.get(method)
  if (!request) return [`ClientRequest: ${method} is none, and has a result`]
  const own = request.replace(/Request$/, 'Result')
  const asksBack = result.resultType === 'input_required' && schema.has('InputRequiredResult')
  if (asksBack && !MAY_ASK_BACK.includes(method)) return [`InputRequiredResult: not for ${method}`]
  const name = asksBack ? 'InputRequiredResult' : schema.has(own) ? own : 'EmptyResult'
  // ServerResult, the union of all results, would let pass whatever is an object.
  const problem = schema.check(name, result)
  return problem ? [problem] : []
}

const isObject = (value) => typeof value === 'object' && value !== null

/** The methods that a client may call in a revision. */
export const methodsOf = (revision) => [...schemaOf(revision).requests.keys()]
