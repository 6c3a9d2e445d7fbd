import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { type Import, importsOf, type Lexed, lexSource } from './lex-source.ts'

const VOCABULARY = [
  'event',
  'file-name',
  'rich-text',
  'content',
  'chat-ref',
  'delivery',
  'network',
  'put-back',
  'store-error',
  'stored-json',
  'verdict',
].map(name => `src/bridge/${name}.ts`)

/** Which room may look into which, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  support: [],
  vocabulary: ['support'],
  config: ['support'],
  store: ['vocabulary', 'support'],
  outbox: ['store', 'vocabulary', 'support'],
  bridge: ['outbox', 'store', 'vocabulary', 'support'],
  whatsapp: ['vocabulary', 'support'],
  telegram: ['vocabulary', 'support'],
  app: ['vocabulary', 'support', 'config', 'store', 'outbox', 'bridge', 'whatsapp', 'telegram'],
  cli: ['vocabulary', 'support', 'config', 'store', 'outbox', 'app', 'whatsapp', 'telegram'],
  main: ['cli', 'support'],
}

/** What the command line may see of a network: its doors, never what is behind them. */
const DOORS = [
  'src/whatsapp/connection.ts',
  'src/whatsapp/address.ts',
  'src/telegram/address.ts',
  'src/telegram/check-chat.ts',
]

/** A vendor's package is imported in one folder alone. */
const HOMES: Readonly<Record<string, string>> = {
  // Its addon must come from one place: the single file has it elsewhere than the sources.
  'better-sqlite3': 'src/store/sqlite.ts',
  '@whiskeysockets/baileys': 'src/whatsapp/baileys/',
  libsignal: 'src/whatsapp/baileys/',
  'opus-decoder': 'src/whatsapp/baileys/',
  ws: 'src/whatsapp/baileys/',
  grammy: 'src/telegram/',
  '@cwasm/webp': 'src/telegram/',
  commander: 'src/cli/',
  'qrcode-terminal': 'src/cli/',
  yaml: 'src/config/',
  pino: 'src/support/',
}

const SUPPORT = ['clock.ts', 'log.ts', 'redact.ts'].map(name => `src/support/${name}`)
const MAX_LINES = 250

/** Code that may stand nowhere, with the one file that is exempt. */
const FORBIDDEN: readonly { readonly what: string; readonly pattern: RegExp; readonly but?: string }[] = [
  { what: 'a default export', pattern: /\bexport\s+default\b|\bas\s+default\b/ },
  { what: 'the type "any"', pattern: /(?<![.\w$])any\b(?!\s*[:(\w])/ },
  { what: 'a non-null "!"', pattern: /[\w$)\]]!(?!=)/ },
  { what: 'process.exit', pattern: /\bprocess\s*\.\s*exit\b/, but: 'src/main.ts' },
]

interface Source extends Lexed {
  /** From the root of the project, with slashes. */
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
}

/** Everything in `root`/src that breaks the rules in src/README.md, one line each. */
export const findViolations = (root: string): string[] => {
  const sources = readSources(root)
  return [
    ...sources.flatMap(source => [
      ...checkImports(source),
      ...checkCode(source),
      ...(source.lines > MAX_LINES
        ? [`${source.path} has ${source.lines} lines, more than ${MAX_LINES}`]
        : []),
      ...(source.path.startsWith('src/support/') && !SUPPORT.includes(source.path)
        ? [`${source.path}: support/ is a closed list`]
        : []),
    ]),
    ...findCycles(sources),
  ]
}

const readSources = (root: string): Source[] =>
  globSync('src/**/*.ts', { cwd: root })
    .sort()
    .map(path => {
      const text = readFileSync(join(root, path), 'utf8')
      const lexed = lexSource(text)
      return {
        ...lexed,
        path: path.split(sep).join('/'),
        lines: text.trimEnd().split('\n').length,
        imports: importsOf(lexed),
      }
    })

const roomOf = (path: string): string =>
  VOCABULARY.includes(path) ? 'vocabulary' : (/^src\/([^/.]+)/.exec(path)?.[1] ?? path)

const targetOf = (from: string, { specifier }: Import): string =>
  normalize(join(dirname(from), specifier))
    .split(sep)
    .join('/')

const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

const checkImports = ({ path, imports }: Source): string[] =>
  imports.flatMap(each => {
    if (each.specifier.startsWith('node:')) return []
    if (!each.specifier.startsWith('.')) {
      const home = HOMES[packageOf(each.specifier)]
      return home === undefined || path.startsWith(home)
        ? []
        : [`${path} imports ${each.specifier}, which belongs in ${home} alone`]
    }
    const target = targetOf(path, each)
    return isAllowed(path, target) ? [] : [`${path} may not import ${target}`]
  })

const isAllowed = (path: string, target: string): boolean => {
  if (target === 'package.json') return true
  const [from, to] = [roomOf(path), roomOf(target)]
  const rules = MAY_IMPORT[from]
  if (rules === undefined) return false
  // The first story calls on what the second one has; never the other way round.
  if (/^src\/bridge\/deliver[./]/.test(path) && /^src\/bridge\/receive[./]/.test(target)) return false
  if (from === to) return true
  if (from === 'cli' && (to === 'whatsapp' || to === 'telegram')) return DOORS.includes(target)
  return rules.includes(to)
}

const checkCode = ({ path, code }: Source): string[] =>
  FORBIDDEN.flatMap(({ what, pattern, but }) => {
    const found = path === but ? null : pattern.exec(code)
    return found === null ? [] : [`${path}:${code.slice(0, found.index).split('\n').length}: ${what}`]
  })

/** Cycles of imports that exist at run time when a file is loaded; each is named once, from its first file on. */
const findCycles = (sources: readonly Source[]): string[] => {
  const graph = new Map(
    sources.map(source => [
      source.path,
      source.imports
        .filter(each => !each.typeOnly && !each.lazy && each.specifier.startsWith('.'))
        .map(each => targetOf(source.path, each)),
    ]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) cycles.push(`a cycle: ${[...trail.slice(start), path].join(' → ')}`)
    if (start >= 0 || done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
