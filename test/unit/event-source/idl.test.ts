// EventSource to the letter of its IDL: HTML Standard, section 9.2.2 "The EventSource interface". Each line of the
// interface is a test, and Web IDL, section 3.7 "Interfaces", says what the line means in JavaScript.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { EventSource } from '../../../src/event-source.ts'
import { listen, serve, stream, whole } from '../../support/event-source.ts'

/** Whom nobody has told the types: what a test does here, a program in JavaScript can do. */
type Any = any
const Source = EventSource as Any
const { prototype } = EventSource

function closedSource(t: TestContext, ...more: Any[]): Any {
  const source = new Source('http://127.0.0.1:9/', ...more)
  t.after(() => source.close())
  source.close()
  return source
}

const described = (target: object, name: PropertyKey) => Object.getOwnPropertyDescriptor(target, name)
const flags = ({ writable, enumerable, configurable }: PropertyDescriptor = {}) => ({
  ...(writable !== undefined && { writable }),
  enumerable,
  configurable,
})

test('interface EventSource : EventTarget { }', (t) => {
  assert.equal(Source.name, 'EventSource')
  assert.equal(Object.getPrototypeOf(EventSource), EventTarget)
  assert.equal(Object.getPrototypeOf(prototype), EventTarget.prototype)
  assert.deepEqual(flags(described(EventSource, 'prototype')), {
    writable: false,
    enumerable: false,
    configurable: false,
  })
  assert.equal(prototype.constructor, EventSource)
  assert.deepEqual(described(prototype, Symbol.toStringTag), {
    value: 'EventSource',
    writable: false,
    enumerable: false,
    configurable: true,
  })
  const source = closedSource(t)
  assert.equal(String(source), '[object EventSource]')
  assert.equal(String(prototype), '[object EventSource]')
  assert.deepEqual(Reflect.ownKeys(Source).toSorted(), ['CLOSED', 'CONNECTING', 'OPEN', 'length', 'name', 'prototype'])
  const own = Reflect.ownKeys(source).filter((key) => typeof key === 'string')
  assert.deepEqual(own, [], 'nothing of the interface stands on an object of it')
})

test('for (const name in source) lists the members of the interface, before those of EventTarget', (t) => {
  const names = []
  for (const name in closedSource(t)) names.push(name)
  const own = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close']
  assert.deepEqual(names.slice(0, 10).toSorted(), [...own, 'CONNECTING', 'OPEN', 'CLOSED'].toSorted())
})

test('constructor(USVString url, optional EventSourceInit eventSourceInitDict = {});', (t) => {
  assert.equal(Source.length, 1)
  assert.throws(() => Source('http://127.0.0.1:9/'), TypeError, 'new is required')
  assert.throws(() => Reflect.apply(Source, undefined, ['http://127.0.0.1:9/']), TypeError)
  assert.throws(() => new Source(), { constructor: TypeError })
  for (const nothing of [undefined, null, {}, () => {}]) closedSource(t, nothing)
  for (const primitive of [1, 0, '', 'text', true, false, 1n, Symbol('x')])
    assert.throws(() => closedSource(t, primitive), { constructor: TypeError }, String(primitive))
})

test('USVString url: converted once, by toString; a symbol throws; half a surrogate pair becomes U+FFFD', (t) => {
  let count = 0
  const url = { toString: () => `http://127.0.0.1:9/${++count}` }
  assert.equal(closedSource(t).url, 'http://127.0.0.1:9/')
  const source = new Source(url)
  source.close()
  assert.deepEqual([source.url, count], ['http://127.0.0.1:9/1', 1])
  assert.throws(() => new Source(Symbol('http://127.0.0.1:9/')), { constructor: TypeError })
  const broken = new Source('http://127.0.0.1:9/\ud800')
  broken.close()
  assert.equal(broken.url, 'http://127.0.0.1:9/%EF%BF%BD')
})

test('arguments are converted before the URL is parsed: a bad dictionary throws before a bad URL', () => {
  assert.throws(() => new Source('http://[', 5), { constructor: TypeError })
  assert.throws(() => new Source('http://[', {}), { constructor: DOMException, name: 'SyntaxError' })
})

test('dictionary EventSourceInit { boolean withCredentials = false; };', (t) => {
  assert.equal(closedSource(t).withCredentials, false)
  for (const value of [undefined, false, 0, '', null, NaN])
    assert.equal(closedSource(t, { withCredentials: value }).withCredentials, false, String(value))
  for (const value of [true, 1, 'false', {}, [], Symbol('x')])
    assert.equal(closedSource(t, { withCredentials: value }).withCredentials, true, String(value))
  const inherited = Object.create({ withCredentials: true })
  assert.equal(closedSource(t, inherited).withCredentials, true)
  let reads = 0
  closedSource(t, {
    get withCredentials() {
      return ++reads
    },
  })
  assert.equal(reads, 1)
})

for (const [name, type] of [
  ['url', 'USVString'],
  ['withCredentials', 'boolean'],
  ['readyState', 'unsigned short'],
] as const)
  test(`readonly attribute ${type} ${name};`, (t) => {
    const { get, set, ...rest } = described(prototype, name)!
    assert.deepEqual(rest, { enumerable: true, configurable: true })
    assert.deepEqual([get!.name, get!.length, set], [`get ${name}`, 0, undefined])
    const source = closedSource(t)
    assert.ok(!Object.hasOwn(source, name))
    assert.equal(typeof source[name], { url: 'string', withCredentials: 'boolean', readyState: 'number' }[name])
    assert.throws(() => (source[name] = 'other'), TypeError, 'in strict mode')
    assert.ok(!Reflect.set(source, name, 'other'))
    for (const other of [prototype, {}, new EventTarget(), undefined, null, Object.create(source)])
      assert.throws(() => get!.call(other), { constructor: TypeError }, 'an object of another kind')
  })

for (const [name, value] of [
  ['CONNECTING', 0],
  ['OPEN', 1],
  ['CLOSED', 2],
] as const)
  test(`const unsigned short ${name} = ${value};`, (t) => {
    const expected = { value, writable: false, enumerable: true, configurable: false }
    assert.deepEqual(described(EventSource, name), expected)
    assert.deepEqual(described(prototype, name), expected)
    const source = closedSource(t)
    assert.equal(source[name], value)
    assert.ok(!Object.hasOwn(source, name))
    assert.throws(() => (Source[name] = 7), TypeError)
    assert.throws(() => (source[name] = 7), TypeError)
  })

for (const name of ['onopen', 'onmessage', 'onerror'] as const)
  test(`attribute EventHandler ${name};`, (t) => {
    const { get, set, ...rest } = described(prototype, name)!
    assert.deepEqual(rest, { enumerable: true, configurable: true })
    assert.deepEqual([get!.name, get!.length, set!.name, set!.length], [`get ${name}`, 0, `set ${name}`, 1])
    const source = closedSource(t)
    assert.ok(!Object.hasOwn(source, name))
    assert.equal(source[name], null)
    const handler = () => {}
    source[name] = handler
    assert.equal(source[name], handler)
    source[name] = 5
    assert.equal(source[name], null)
    for (const other of [prototype, {}, new EventTarget(), undefined, Object.create(source)]) {
      assert.throws(() => get!.call(other), { constructor: TypeError })
      assert.throws(() => set!.call(other, handler), { constructor: TypeError })
    }
  })

test('an event handler is called with one argument, the event; an error handler too, that of a window alone has five', async (t) => {
  const { url } = await serve(t, whole('retry: 1\ndata: a\n\n'), (response) => stream(response))
  const { source, until } = listen(t, url)
  const heard: unknown[] = []
  for (const name of ['onopen', 'onmessage', 'onerror'] as const)
    source[name] = function (this: unknown, ...given: unknown[]) {
      heard.push([name, given.length, given[0] instanceof Event, this === source])
    }
  await until(4)
  assert.deepEqual(heard.slice(0, 3), [
    ['onopen', 1, true, true],
    ['onmessage', 1, true, true],
    ['onerror', 1, true, true],
  ])
})

test('undefined close();', (t) => {
  const { value, ...rest } = described(prototype, 'close')!
  assert.deepEqual(rest, { writable: true, enumerable: true, configurable: true })
  assert.deepEqual([value.name, value.length], ['close', 0])
  const source = closedSource(t)
  assert.equal(source.close(), undefined)
  assert.equal(source.close('more', 'arguments'), undefined)
  for (const other of [prototype, {}, new EventTarget(), undefined, Object.create(source)])
    assert.throws(() => value.call(other), { constructor: TypeError })
  assert.throws(() => new source.close(), TypeError, 'an operation is no constructor')
})

test('a member that is added to the prototype is there on each source', (t) => {
  Source.prototype.addedByATest = () => 'here'
  t.after(() => delete Source.prototype.addedByATest)
  assert.equal(closedSource(t).addedByATest(), 'here')
})
