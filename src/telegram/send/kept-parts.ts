import * as z from 'zod/mini'
import type { Delivery } from '../../bridge/network.ts'
import { parseStored, readStored } from '../../bridge/stored-json.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderParts } from './render.ts'

/** It is written here alone: that these are parts is all there is to see. */
const partsSchema = z.array(
  z.looseObject({
    method: z.string(),
    payload: z.looseObject({}),
    look: z.looseObject({ kinds: z.array(z.string()), words: z.looseObject({ text: z.string() }) }),
  }),
)

/** Parts as one text. */
export const keepParts = (parts: readonly Part[]): string => JSON.stringify(parts.map(inText))

/** The parts of a delivery: those that were kept, or as they are rendered now. Throws where what was kept is damaged. */
export const partsOf = (delivery: Delivery, options: RenderOptions): Part[] => {
  const { rendered } = delivery
  return rendered === undefined ? renderParts(delivery, options) : readParts(rendered)
}

const inText = (part: Part): object => {
  const { plainer, file } = part
  const bytes = file && 'bytes' in file.source ? file.source.bytes : undefined
  const source = bytes && { base64: Buffer.from(bytes).toString('base64') }
  // What is kept is looked for as it went out, not in the form that it may have.
  const { form: _, ...look } = part.look
  return {
    ...part,
    look,
    ...(plainer && { plainer: inText(plainer) }),
    ...(source && { file: { ...file, source } }),
  }
}

export const readParts = (json: string): Part[] =>
  partsSchema.parse(parseStored(json, open)) as unknown as Part[]

/** The same of what another delivery has left, which is nothing to fail at: none where that is damaged. */
export const partsBeside = (json: string): Part[] =>
  (partsSchema.safeParse(readStored(json, open)).data ?? []) as unknown as Part[]

const open = (_: string, value: unknown): unknown =>
  isInText(value) ? { bytes: Buffer.from(value.base64, 'base64') } : value

const isInText = (value: unknown): value is { readonly base64: string } =>
  typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string'
