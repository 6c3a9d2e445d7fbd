import assert from 'node:assert/strict'
import type { MessageEntity } from 'grammy/types'
import type { Call } from '../../simulators/telegram/index.ts'
import type { Expected } from '../../whatsapp/cases/case.ts'

/** Fails unless the calls are those that a case expects (reference/content.md §13). */
export const checkCalls = (expected: Expected, calls: readonly Call[]): void => {
  const made = calls.map(({ method }) => method).join(', ') || 'nothing'
  if (expected.method === 'none') {
    assert.deepEqual(calls, [], `"${made}" was called`)
    return
  }
  const ways = [expected.method, ...(expected.acceptAlso ?? [])].flatMap(way => way.split('+'))
  const first = calls.find(({ method }) => ways.includes(method))
  if (first === undefined && expected.acceptAlso?.includes('none')) return
  assert.ok(first, `${expected.method} was not called, but ${made}`)
  checkCall(expected, first, calls)
  let rest = calls.slice(calls.indexOf(first) + 1)
  for (const next of expected.then ?? []) {
    const found = rest.find(({ method }) => method === next.method)
    assert.ok(found, `${next.method} did not follow, but ${made}`)
    checkCall(next, found, calls)
    rest = rest.slice(rest.indexOf(found) + 1)
  }
  const { calls: count } = expected
  if (count !== undefined) {
    assert.equal(calls.filter(({ method }) => method === expected.method).length, count, made)
  }
}

const checkCall = (expected: Expected, call: Call, calls: readonly Call[]): void => {
  const said = calls.map(({ params }) => wordsOf(params)).join('\n')
  for (const text of expected.textIncludes ?? [])
    assert.ok(said.includes(text), `"${text}" is not in ${said}`)
  for (const text of expected.textExcludes ?? []) assert.ok(!said.includes(text), `"${text}" is in ${said}`)
  if (expected.senderShown) assert.ok(said.includes(expected.senderShown), said)
  if (call.method === expected.method) {
    for (const [name, value] of Object.entries(expected.fields ?? {})) {
      match(value, name === 'filename' ? call.files[0]?.name : call.params[name], { name, call })
    }
  }
  checkEntities(expected, call)
  const caption = String(call.params['caption'] ?? '')
  if (expected.captionMax !== undefined) assert.ok([...caption].length <= expected.captionMax)
  if (expected.mediaCount !== undefined)
    assert.equal(listOf(call.params['media']).length, expected.mediaCount)
  const name = call.files[0]?.name ?? ''
  for (const part of expected.filenameNot ?? []) assert.ok(!name.includes(part), name)
  if (expected.filenameMaxBytes) assert.ok(Buffer.byteLength(name) <= expected.filenameMaxBytes)
}

const checkEntities = ({ entities }: Expected, { params }: Call): void => {
  if (entities === undefined) return
  const text = String(params['text'] ?? params['caption'] ?? '')
  const found = listOf(params['entities'] ?? params['caption_entities']) as MessageEntity[]
  if (entities.length === 0) assert.deepEqual(found, [])
  for (const { type, text: covered, textIncludes } of entities) {
    const hit = found.some(entity => {
      const words = text.slice(entity.offset, entity.offset + entity.length)
      return (
        entity.type === type &&
        (covered === undefined ? words.includes(textIncludes ?? '') : words === covered)
      )
    })
    assert.ok(hit, `no ${type} over "${covered ?? textIncludes}" in ${text}`)
  }
}

const wordsOf = (params: Call['params']): string =>
  [
    params['text'],
    params['caption'],
    params['title'],
    params['address'],
    ...listOf(params['media']).map(item => (item as Record<string, unknown>)['caption']),
    JSON.stringify(params['reply_markup'] ?? ''),
  ].join('\n')

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

interface Where {
  readonly name: string
  readonly call: Call
}

/** Deep, partial, with the tokens of the case file. */
const match = (expected: unknown, actual: unknown, where: Where): void => {
  if (typeof expected === 'string' && expected.startsWith('$')) {
    matchToken(expected, actual, where)
    return
  }
  if (Array.isArray(expected)) {
    const list = listOf(actual)
    assert.equal(list.length, expected.length, where.name)
    expected.forEach((each, index) => {
      match(each, list[index], { ...where, name: `${where.name}[${index}]` })
    })
    return
  }
  if (typeof expected === 'object' && expected !== null) {
    const object = (actual ?? {}) as Record<string, unknown>
    for (const [key, value] of Object.entries(expected)) {
      match(value, object[key], { ...where, name: `${where.name}.${key}` })
    }
    return
  }
  // Everything is a text on the wire.
  assert.equal(String(actual), String(expected), where.name)
}

const matchToken = (token: string, actual: unknown, { name, call }: Where): void => {
  const [, kind = '', rest = ''] = /^\$(\w+):?(.*)$/s.exec(token) ?? []
  const text = typeof actual === 'string' ? actual : JSON.stringify(actual ?? '')
  const rows = listOf((actual as { inline_keyboard?: unknown } | undefined)?.inline_keyboard ?? actual)
  switch (kind) {
    case 'file':
      assert.ok(call.files.length > 0, `${name} is no file`)
      break
    case 'any':
    case 'prev':
      assert.ok(actual !== undefined, name)
      break
    case 'nonEmpty':
      assert.ok(text.length > 0, name)
      break
    case 'body':
      break
    case 'endsWith':
      assert.ok(text.endsWith(rest), `${text} does not end with ${rest}`)
      break
    case 'includes':
      assert.ok(text.includes(rest), `"${rest}" is not in ${text}`)
      break
    case 'rows':
      assert.equal(rows.length, Number(rest))
      break
    case 'hasUrl':
      assert.ok(text.includes(rest), text)
      break
    default:
      assert.fail(`The token ${token} is not known`)
  }
}
