import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../src/config/config-error.ts'
import { parseConfig } from '../../src/config/parse-config.ts'

const problemsIn = (text: string): readonly string[] => {
  try {
    parseConfig(text, 'c.yaml')
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.problems
  }
  return assert.fail('no problem was found')
}

const cases: readonly (readonly [name: string, text: string, problem: string])[] = [
  [
    'an unknown key names the nearest',
    '\ntelegram:\n  tokn: x',
    'c.yaml:3: unknown key "telegram.tokn"; did you mean "token"?',
  ],
  [
    'a star that YAML takes for a name',
    'log_level: info\ntelegram:\n  token: *secret',
    'c.yaml:3: not valid YAML: Unresolved alias (the anchor must be set before the alias): secret; put in quotes what begins with * or &',
  ],
  ['an unknown key at the top', 'whatsap: {}', 'c.yaml:1: unknown key "whatsap"; did you mean "whatsapp"?'],
  [
    'a key that resembles none lists the known ones',
    'zzzzzzzz: 1',
    'c.yaml:1: unknown key "zzzzzzzz"; known here: telegram, whatsapp, messages, storage, data_dir, log_level',
  ],
  [
    'a number in quotes',
    'telegram:\n  owners: [1, "22"]',
    'c.yaml:2: telegram.owners[1]: expected a Telegram user id (a positive whole number such as 11111111), found the text "22"; remove the quotes',
  ],
  [
    'an entry on a line of its own',
    'telegram:\n  owners:\n    - 1\n    - -5',
    'c.yaml:4: telegram.owners[1]: expected a Telegram user id (a positive whole number such as 11111111), found the number -5',
  ],
  [
    'one owner without brackets',
    'telegram:\n  owners: 22',
    'c.yaml:2: telegram.owners: expected a list of Telegram user ids, such as [11111111], found the number 22; put it in brackets: [22]',
  ],
  [
    'a number where text belongs',
    'data_dir: 5',
    'c.yaml:1: data_dir: expected the path of a folder, found the number 5; put it in quotes',
  ],
  [
    'a key without a value',
    'data_dir:',
    'c.yaml:1: data_dir: expected the path of a folder, found nothing; write a value, or delete the line',
  ],
  [
    'an address with a password, which is not repeated',
    'telegram:\n  api_root: "https://me:secret@h"',
    'c.yaml:2: telegram.api_root: expected an http:// or https:// address, found one with a password in it',
  ],
  [
    'a mistyped word of a closed list',
    'log_level: debgu',
    'c.yaml:1: log_level: expected one of trace, debug, info, warn, error, silent, found the text "debgu"; did you mean "debug"?',
  ],
  [
    'a missing key points at its group',
    `whatsapp:\n  server:\n    url: ws://h:1\n    root_key: ${'ab'.repeat(32)}`,
    'c.yaml:2: whatsapp.server.media_host is missing: expected a host with a port, such as 127.0.0.1:8443; add it',
  ],
  [
    'a reaction that is no emoji',
    'messages:\n  deletion_reaction: x',
    'c.yaml:2: messages.deletion_reaction: expected one emoji that Telegram offers as a reaction, found the text "x"',
  ],
  ['a list instead of keys', '- a', 'c.yaml:1: expected keys such as telegram and whatsapp, found a list'],
]

for (const [name, text, problem] of cases) {
  test(`the error says line, key, expected and found: ${name}`, () => {
    assert.deepEqual(problemsIn(text), [problem])
  })
}

test('every problem is named, in the order of the lines', () => {
  const problems = problemsIn('log_level: 1\nx: 1\ntelegram: {owners: [a], api_root: "ftp://h"}')
  assert.deepEqual(
    problems.map(problem => problem.split(':')[1]),
    ['1', '2', '3', '3'],
  )
})

test('what is no YAML is an error with its line', () => {
  const problems = problemsIn('telegram:\n  token: "abc\nlog_level: info')
  assert.match(problems[0] ?? '', /^c\.yaml:\d: not valid YAML: /)
})

test('a key that stands twice is an error', () => {
  assert.match(
    problemsIn('log_level: info\nlog_level: warn')[0] ?? '',
    /^c\.yaml:\d: not valid YAML: Map keys must be unique/,
  )
})

test('a malformed token is not repeated in the error', () => {
  const problems = problemsIn('telegram:\n  token: "hush hush"')
  assert.deepEqual(problems.length, 1)
  assert.ok(!problems.join().includes('hush'), problems.join())
})

test('addresses of the test server are checked', () => {
  const server = {
    url: 'ws://127.0.0.1:8000/ws/chat',
    root_key: 'aB'.repeat(32),
    media_host: '127.0.0.1:8443',
  }
  const parse = (changes: Partial<typeof server>) =>
    JSON.stringify({ whatsapp: { server: { ...server, ...changes } } })
  assert.deepEqual(parseConfig(parse({}), 'c.yaml').whatsapp.server, server)
  for (const media_host of ['[::1]:8443', 'media.test:1']) parseConfig(parse({ media_host }), 'c.yaml')
  const wrong = [
    { url: 'http://h' },
    { url: 'h:1' },
    { root_key: 'zz'.repeat(32) },
    { root_key: 'ab' },
    { media_host: 'h' },
    { media_host: 'https://h:1' },
    { media_host: 'h:99999' },
    { media_host: 'h:1/x' },
  ]
  for (const change of wrong) assert.equal(problemsIn(parse(change)).length, 1, JSON.stringify(change))
})

test('an empty file is a config with defaults', () => {
  assert.equal(parseConfig('# nothing\n', 'c.yaml').log_level, 'info')
  assert.equal(parseConfig('messages: {receipts: true}', 'c.yaml').messages.anonymous_admins, false)
})
