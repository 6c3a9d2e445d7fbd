import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogOptions, openLogger } from '../../src/support/log.ts'

const open = async (options: Partial<LogOptions> = {}) => {
  const lines: string[] = []
  const logger = await openLogger({
    level: 'info',
    format: 'human',
    write: line => lines.push(line),
    ...options,
  })
  return { logger, lines }
}

test('the human form is one line: time, level, message, fields', async () => {
  const { logger, lines } = await open()
  logger.child({ lane: 'a' }).info({ job: 7, why: 'two words' }, 'Delivered')
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d info {2}Delivered lane=a job=7 why="two words"\n$/)
})

test('why something failed stands in a line of the human form once', async () => {
  const { logger, lines } = await open()
  logger.warn({ err: new Error('other side closed') }, 'Not reached')
  logger.warn({ err: new Error('other side closed') }, 'Not reached: other side closed; it is tried again')
  const said = lines.map(line => line.slice('00:00:00 warn  '.length))
  assert.deepEqual(said, [
    'Not reached (other side closed)\n',
    'Not reached: other side closed; it is tried again\n',
  ])
})

test('the JSON form is one object a line with the level as a word', async () => {
  const { logger, lines } = await open({ format: 'json' })
  logger.warn({ job: 7 }, 'Late')
  assert.equal(lines.length, 1)
  const { time, ...rest } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(rest, { level: 'warn', job: 7, message: 'Late' })
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000)
})

test('entries below the level are not written, and silent writes nothing', async () => {
  const { logger, lines } = await open({ level: 'warn' })
  logger.info('no')
  logger.warn('yes')
  assert.equal(lines.length, 1)
  const silent = await open({ level: 'silent' })
  silent.logger.error('no')
  assert.equal(silent.lines.length, 0)
})

test('an error keeps its stack in both forms', async () => {
  const error = new Error('Something broke')
  for (const format of ['human', 'json'] as const) {
    const { logger, lines } = await open({ format })
    logger.error({ err: error }, 'Failed')
    assert.match(lines.join(''), /Something broke/)
    assert.match(lines.join(''), /log\.test\.ts/)
  }
})

test('a token never reaches the log, not in a field, a message, an error or a nested list', async () => {
  const token = '123456:abc'
  const { logger, lines } = await open({ level: 'trace', format: 'json', secrets: [token] })
  logger.trace({ a: { b: [`x${token}`] }, err: new Error(token) }, `say ${token}`)
  logger.error({ [token]: 1 }, `say ${token}`)
  assert.equal(lines.length, 2)
  assert.ok(!lines.join('').includes(token), lines.join(''))
})

test('a phone number is whole at debug level and cut above', async () => {
  const { logger, lines } = await open({ level: 'debug' })
  logger.debug('from 15550000123@s.whatsapp.net')
  logger.info({ chat: '15550000123@s.whatsapp.net' }, 'from +15550000123')
  assert.match(lines[0] ?? '', /15550000123@/)
  assert.ok(!(lines[1] ?? '').includes('15550000123'), lines.join(''))
})

test('of an error its stacks are logged and not what else it carries', async () => {
  const error = Object.assign(new Error('Refused', { cause: new Error('Deeper') }), {
    code: 'ECONNREFUSED',
    payload: { text: 'hush hush' },
  })
  const { logger, lines } = await open({ format: 'json' })
  logger.error({ err: error }, 'Failed')
  const { err } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(Object.keys(err), ['type', 'message', 'code', 'stack'])
  assert.match(err.stack, /Refused[\s\S]*Caused by: Error: Deeper/)
  assert.ok(!lines.join('').includes('hush'))
})
