import { basename } from 'node:path'
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type * as z from 'zod/mini'
import { ConfigError } from './config-error.ts'
import { nearest } from './nearest.ts'
import { type ConfigFile, configSchema } from './schema.ts'
import { docOf, knownKeys, schemaAt } from './schema-walk.ts'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

/** Checks the text of a config file. Throws `ConfigError` with every problem in it, in the order of the lines. */
export const parseConfig = (text: string, file: string): ConfigFile => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const where = (offset: number) => `${file}:${lines.linePos(offset).line}`
  if (document.errors.length > 0) {
    fail(
      document.errors.map(error => `${where(error.pos[0])}: not valid YAML: ${plain(error.message)}`),
      file,
    )
  }
  const value = readValue(document, problem => fail([`${where(aliasIn(document))}: ${problem}`], file))
  const result = configSchema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues
    .flatMap(issue => explainIssue(issue, value))
    .map(({ path, message }) => ({ line: lines.linePos(offsetOf(document, path)).line, message }))
    .sort((a, b) => a.line - b.line)
  return fail(
    problems.map(({ line, message }) => `${file}:${line}: ${message}`),
    file,
  )
}

/** YAML takes `*word` for the name of something that stands elsewhere. */
const readValue = (document: Document, refuse: (problem: string) => never): unknown => {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return refuse(`not valid YAML: ${plain(error.message)}; put in quotes what begins with * or &`)
  }
}

/** Where the first such name stands. */
const aliasIn = (document: Document): number => {
  let offset = 0
  visit(document, {
    Alias(_, { range }) {
      offset = range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

const fail = (problems: readonly string[], file: string): never => {
  throw new ConfigError(problems, `Change ${basename(file)}; config.example.yaml shows every key`)
}

/** The YAML parser's own words, as the first half of a line of ours. */
const plain = (message: string) => message.split('\n')[0]?.replace(/[.:]$/, '') ?? message

interface Problem {
  /** Where to point: the key itself. */
  readonly path: Path
  readonly message: string
}

const explainIssue = (issue: Issue, root: unknown): Problem[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => explainUnknownKey([...issue.path, key], key))
  const { path } = issue
  const doc = docOf(path)
  const found = path.reduce<unknown>(childOf, root)
  const expected = doc?.expected ?? 'something else'
  if (path.length === 0) {
    const message = `expected keys such as telegram and whatsapp, found ${describe(found)}`
    return [{ path, message }]
  }
  if (found === undefined) {
    const parent = path.slice(0, -1)
    return [{ path: parent, message: `${nameOf(path)} is missing: expected ${expected}; add it` }]
  }
  const shown = doc?.secret === true && found !== null ? 'something else' : showFound(found)
  return [{ path, message: `${nameOf(path)}: expected ${expected}, found ${shown}${remedy(path, found)}` }]
}

/** What was found instead, but for a password in an address. */
const showFound = (found: unknown): string =>
  typeof found === 'string' && /:\/\/[^/]*@/.test(found) ? 'one with a password in it' : describe(found)

const explainUnknownKey = (path: Path, key: string): Problem => {
  const known = knownKeys(path.slice(0, -1))
  const meant = nearest(key, known)
  const advice = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean "${meant}"?`
  return { path, message: `unknown key "${nameOf(path)}"; ${advice}` }
}

/** What to change, where the mistake is a common one. */
const remedy = (path: Path, found: unknown): string => {
  const kind = schemaAt(path)?._zod.def.type
  if (found === null) return '; write a value, or delete the line'
  if ((kind === 'number' || kind === 'int') && typeof found === 'string' && /^-?\d+$/.test(found))
    return '; remove the quotes'
  if (kind === 'string' && (typeof found === 'number' || typeof found === 'boolean'))
    return '; put it in quotes'
  if (kind === 'array' && !Array.isArray(found)) return `; put it in brackets: [${String(found)}]`
  if (typeof found === 'string' && found.includes('\0')) return '; take out the NUL character'
  const words = kind === 'enum' ? knownKeys(path) : []
  const meant = typeof found === 'string' ? nearest(found, words) : undefined
  return meant === undefined ? '' : `; did you mean "${meant}"?`
}

const describe = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of keys'
  if (typeof value !== 'string') return `the ${typeof value} ${String(value)}`
  const text = (value.length > 80 ? `${value.slice(0, 77)}…` : value).replaceAll('\0', '\\0')
  return `the text "${text}"${value.length > 40 ? ` (${value.length} characters)` : ''}`
}

/** `telegram.owners[0]`. */
const nameOf = (path: Path): string =>
  path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('')

const childOf = (value: unknown, step: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined

/** Where in the text the key at `path` stands (of a list entry: the entry), or the last part of the way that exists. */
const offsetOf = (document: Document, path: Path): number => {
  let node: Node | null = isNode(document.contents) ? document.contents : null
  let offset = node?.range?.[0] ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair: { key: unknown; value: unknown } | undefined = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      )
      if (pair === undefined) return offset
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = isNode(pair.value) ? pair.value : null
    } else {
      const item: unknown = node !== null && 'get' in node ? node.get(step, true) : undefined
      if (!isNode(item)) return offset
      node = item
      offset = item.range?.[0] ?? offset
    }
  }
  return offset
}
