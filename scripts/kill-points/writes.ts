import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Writes } from '../../test/support/fail-points/index.ts'

/** A statement of the program that writes, and where it stands. */
export interface SourceWrite {
  readonly file: string
  readonly sql: string
}

const statement =
  /(['"`])\s*((?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+(?:OR\s+\w+\s+)?|DELETE\s+FROM)\s*(?:\w+|\$\{\w+\})\s(?:(?!\1)[\s\S])*)\1/g

/** Every statement in the sources that writes, but for migrations, whose steps are points of their own, and the heartbeat. */
export const writesIn = (sources: string): SourceWrite[] =>
  readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/migrations[\\/]\d|heartbeat/.test(name))
    .sort()
    .flatMap(name => {
      const file = join(sources, name)
      return [...readFileSync(file, 'utf8').matchAll(statement)].map(([, , sql = '']) => ({
        file: relative(sources, file),
        sql: sql.replaceAll(/\s+/g, ' ').trim(),
      }))
    })

/** What no flow brings about, and the test that does. */
const elsewhere: readonly (readonly [name: RegExp, test: string])[] = [
  // The word about a failure is refused itself, and a minute is waited for.
  [/^store\/chats\.ts: UPDATE chats SET notified_at = \?2 WHERE ref = \?1$/, 'test/bridge/deliver.test.ts'],
  // A picture of an album is deleted before its link is written.
  [/^store\/links\.ts: UPDATE messages SET bridge = 1/, 'test/bridge/on-its-way.test.ts'],
  // The config names another bot.
  [/^store\/forget\.ts: .* WHERE \$\{own\}/, 'test/bridge/another-bot.test.ts'],
  // The owner presses Start only behind what could not be told.
  [
    /^outbox\/failures\.ts: UPDATE jobs SET state = 'pending', .* WHERE id = \?1 AND state/,
    'test/bridge/untold.test.ts',
  ],
  // Both addresses of a person are mapped.
  [/^store\/merge-chat\.ts: DELETE FROM mappings/, 'test/bridge/one-person.test.ts'],
  // One message has come under both addresses of a person.
  [
    /^store\/merge-chat\.ts: (UPDATE messages SET (?:\(pending|edited_at)|UPDATE links|UPDATE OR IGNORE|UPDATE jobs SET source|DELETE FROM messages)/,
    'test/store/chats.test.ts',
  ],
]

/** A name, a condition, or whole tables. */
const filledIn = String.raw`(?:[^()]+|FROM [^()]+\([^()]*\))`

const patternOf = ({ sql }: SourceWrite): RegExp =>
  new RegExp(
    `^${sql
      .split(/\$\{[^}]*\}/)
      .map(part => part.replaceAll(/[^\w ]/g, '\\$&'))
      .join(filledIn)}$`,
  )

/** In which flows something is written down, and how often the program died before and after that. */
interface Known {
  readonly scopes: Set<string>
  before: number
  after: number
}

/** Which statements lives came past, and at which they died. */
export class WalkedWrites {
  readonly #known = new Map<string, Known>()

  learn(scope: string, writes: readonly (Writes & { readonly isEnd: boolean })[]): void {
    for (const { what, moment, isEnd } of writes) {
      for (const each of new Set(what)) {
        const known = this.#known.get(each) ?? { scopes: new Set(), before: 0, after: 0 }
        this.#known.set(each, known)
        known.scopes.add(scope)
        if (isEnd) known[moment] += 1
      }
    }
  }

  /**
   * A line for each statement of the sources, and for each kind of row of which others are, those that no life came past first;
   * `missing` are those of them that nothing else has.
   */
  report(sources: readonly SourceWrite[]): { readonly told: string[]; readonly missing: number } {
    const known = [...this.#known]
    const rows = known.filter(([what]) => /^sessions [^(]*: (?:written|gone)$/.test(what))
    const lines = [
      ...sources
        .filter(({ sql }) => !/ sessions /.test(sql))
        .map(source => {
          const pattern = patternOf(source)
          return { source, found: known.filter(([what]) => pattern.test(what)) }
        })
        .map(({ source: { file, sql }, found }) => ({ name: `${file}: ${sql}`, found })),
      ...rows.map(([what, each]) => ({ name: what, found: [[what, each]] as [string, Known][] })),
    ].map(({ name, found }) => ({
      name,
      flows: new Set(found.flatMap(([, { scopes }]) => [...scopes])).size,
      before: found.reduce((sum, [, each]) => sum + each.before, 0),
      after: found.reduce((sum, [, each]) => sum + each.after, 0),
      elsewhere: elsewhere.find(([pattern]) => pattern.test(name))?.[1],
    }))
    return {
      told: lines
        .toSorted((one, other) => one.flows - other.flows)
        .map(({ name, flows, before, after, elsewhere: test }) => {
          const how = flows > 0 ? `${flows} flows, died before it ${before}, after it ${after}` : 'NOT PASSED'
          return `${how}${flows === 0 && test ? `, but in ${test}` : ''}: ${name}`
        }),
      missing: lines.filter(({ flows, elsewhere: test }) => flows === 0 && test === undefined).length,
    }
  }
}
