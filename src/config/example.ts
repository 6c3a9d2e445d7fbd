import type * as z from 'zod/mini'
import { configSchema, type KeyDoc } from './schema.ts'
import { docOfSchema, shapeOf, unwrap } from './schema-walk.ts'

const WIDTH = 100

const HEAD = `# Configuration of wa2tg. Copy this file to config.yaml (beside the program, or to ~/.config/wa2tg/)
# and change what you need. Keys that stand behind a "#" show their default or an example.
`

/** The example config: every key of the schema with what is written about it there. */
export const renderExample = (): string =>
  `${HEAD}\n${renderGroup(configSchema, { indent: '', outside: true }).join('\n')}`

/** `outside`: no group further out is a comment already. */
interface Place {
  readonly indent: string
  readonly outside: boolean
}

const renderGroup = (schema: z.core.$ZodType, place: Place): string[] =>
  Object.entries(shapeOf(schema)).map(([key, child]) => renderKey(key, child, place))

const renderKey = (key: string, schema: z.core.$ZodType, { indent, outside }: Place): string => {
  const doc = docOfSchema(schema)
  if (doc === undefined) throw new Error(`Nothing is written about the config key "${key}"`)
  const comment = outside && doc.shown !== true
  const isGroup = 'shape' in unwrap(schema)._zod.def
  const line = `${indent}${key}:${isGroup ? '' : ` ${doc.example ?? ''}`}\n`
  const inner = isGroup
    ? renderGroup(schema, { indent: `${indent}  `, outside: outside && !comment }).join('')
    : ''
  const body = comment ? commentOut(`${line}${inner}`, indent) : `${line}${inner}`
  return `${renderAbout(doc, { indent, outside })}${body}`
}

/** What stands in a group that is a comment as a whole moves to the right by its mark. */
const renderAbout = ({ about }: KeyDoc, { indent, outside }: Place): string => {
  const width = outside ? WIDTH : WIDTH - 2
  const lines: string[] = []
  let line = `${indent}#`
  for (const word of about.split(' ')) {
    if (line.length + word.length >= width) {
      lines.push(line)
      line = `${indent}#`
    }
    line += ` ${word}`
  }
  return [...lines, line].map(text => `${text}\n`).join('')
}

const commentOut = (block: string, indent: string): string =>
  block
    .trimEnd()
    .split('\n')
    .map(line => `${indent}# ${line.slice(indent.length)}\n`)
    .join('')
