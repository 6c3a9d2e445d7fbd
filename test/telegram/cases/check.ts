import assert from 'node:assert/strict'
import type { MessageEntity } from 'grammy/types'
import type { Call } from '../../simulators/telegram/index.ts'
import type { Expected } from '../../whatsapp/cases/case.ts'
import { THREADS } from '../../whatsapp/cases/world.ts'
import { checkAround } from './around.ts'
import { unexplained } from './beside.ts'
import { type Carried, telegramIdOf } from './stage.ts'

/** Fails unless what a case led to is what it expects, and nothing else. */
export const checkCase = (carried: Carried): void => {
  checkCalls(carried)
  checkAround(carried)
}

const checkCalls = (carried: Carried): void => {
  const { calls } = carried
  const { expect: expected } = carried.which
  const made = calls.map(({ method }) => method).join(', ') || 'nothing'
  const ways = [expected.method, ...(expected.acceptAlso ?? [])].flatMap(way => way.split('+'))
  const first =
    calls.find(({ method }) => method === expected.method) ??
    calls.find(({ method }) => ways.includes(method))
  if (ways.includes('none') && first === undefined) {
    assert.deepEqual(calls, [], `"${made}" was called`)
    return
  }
  assert.ok(first, `${expected.method} was not called, but ${made}`)
  checkCall(expected, first, calls)
  const { calls: count } = expected
  const all = calls.filter(({ method }) => method === expected.method)
  if (count !== undefined) assert.equal(all.length, count, made)
  const explained = new Set(count === undefined ? [first] : all)
  let rest = calls.slice(calls.indexOf(first) + 1)
  for (const next of expected.then ?? []) {
    const found = rest.find(({ method }) => method === next.method)
    assert.ok(found, `${next.method} did not follow, but ${made}`)
    checkCall(next, found, calls)
    explained.add(found)
    rest = rest.slice(rest.indexOf(found) + 1)
  }
  assert.deepEqual(unexplained(carried, explained), [], 'more was called than the case says')
}

const checkCall = (expected: Expected, call: Call, calls: readonly Call[]): void => {
  const said = calls.map(({ params }) => wordsOf(params)).join('\n')
  for (const text of expected.textIncludes ?? [])
    assert.ok(said.includes(text), `"${text}" is not in ${said}`)
  for (const text of expected.textExcludes ?? []) assert.ok(!said.includes(text), `"${text}" is in ${said}`)
  if (expected.senderShown) assert.ok(said.includes(expected.senderShown), said)
  if (call.method === expected.method) {
    for (const [name, value] of Object.entries(expected.fields ?? {})) {
      match(value, fieldOf(call, name), { name, call })
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

/** What a call says in a field of the case file, in which each chat is a topic; here each is a group. */
const fieldOf = ({ files, params }: Call, name: string): unknown => {
  if (name === 'filename') return files[0]?.name
  if (name !== 'message_thread_id') return params[name]
  return Object.entries(THREADS).find(([, jid]) => telegramIdOf(jid) === params['chat_id'])?.[0]
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
