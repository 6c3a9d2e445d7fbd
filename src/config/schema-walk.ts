import type * as z from 'zod/mini'
import { configSchema, type KeyDoc, keyDocs } from './schema.ts'

type Schema = z.core.$ZodType
type Shape = Readonly<Record<string, Schema>>

/** The schema without the layers that make it optional or give it a default. */
export const unwrap = (schema: Schema): Schema =>
  'innerType' in schema._zod.def ? unwrap(schema._zod.def.innerType as Schema) : schema

/** The keys that a schema knows; of a closed list of words, the words. */
export const shapeOf = (schema: Schema): Shape => {
  const { def } = unwrap(schema)._zod
  if ('shape' in def) return def.shape as Shape
  return 'entries' in def ? (def.entries as Shape) : {}
}

/** What is written about a key, on whichever layer it was written. */
export const docOfSchema = (schema: Schema): KeyDoc | undefined =>
  keyDocs.get(schema) ??
  ('innerType' in schema._zod.def ? docOfSchema(schema._zod.def.innerType as Schema) : undefined)

/** The schema of the value at a path, without its outer layers. */
export const schemaAt = (path: readonly PropertyKey[]): Schema | undefined => {
  const found = layeredAt(path)
  return found && unwrap(found)
}

export const docOf = (path: readonly PropertyKey[]): KeyDoc | undefined => {
  const found = layeredAt(path)
  return found && docOfSchema(found)
}

export const knownKeys = (path: readonly PropertyKey[]): string[] => {
  const found = layeredAt(path)
  return found === undefined ? [] : Object.keys(shapeOf(found))
}

const layeredAt = (path: readonly PropertyKey[]): Schema | undefined =>
  path.reduce<Schema | undefined>((schema, step) => {
    if (schema === undefined) return undefined
    const { def } = unwrap(schema)._zod
    return 'element' in def ? (def.element as Schema) : shapeOf(schema)[String(step)]
  }, configSchema)
