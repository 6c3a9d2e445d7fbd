import type { Message } from 'grammy/types'
import { isOnEarth, mapLink } from '../../bridge/content.ts'

/**
 * The text of a rich message, block by block. Rendered from whatever has text: blocks are many and become more, and
 * WhatsApp has none of them. Where a file stands among them, its kind does, in brackets; files alone are no text.
 */
export const flattenRich = (rich: NonNullable<Message['rich_message']>): string =>
  flatten(rich, {}) && flatten(rich, fileNames)

/** Whether files are left behind where the text of a message goes. */
export const leavesFiles = ({ rich_message: rich }: Message): boolean =>
  rich !== undefined && flatten(rich, {}) !== flatten(rich, fileNames)

type Names = Readonly<Record<string, string>>

const fileNames: Names = {
  photo: 'Photo',
  video: 'Video',
  animation: 'GIF',
  audio: 'Audio',
  voice_note: 'Voice message',
  document: 'Document',
}

const flatten = ({ blocks }: NonNullable<Message['rich_message']>, files: Names): string =>
  blocks
    .map(block => textOf(block, '\n', files))
    .filter(text => text !== '')
    .join('\n\n')

/** Where a node of a rich message keeps what there is to read, in the order of reading. */
const readable = ['label', 'summary', 'text', 'expression', 'blocks', 'items', 'cells', 'caption', 'credit']

const textOf = (node: unknown, between: string, files: Names): string => {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return joined(node, isRow(node) ? ' | ' : isBlocks(node) ? '\n' : '', files)
  if (typeof node !== 'object' || node === null) return ''
  const fields = node as Readonly<Record<string, unknown>>
  if (fields['type'] === 'custom_emoji') return textOf(fields['alternative_text'], '', files)
  if (fields['type'] === 'divider') return '———'
  return joined(
    [headOf(fields, files), ...readable.map(name => fields[name])],
    'label' in fields ? ' ' : between,
    files,
  )
}

/** What stands for what has no words, where that is no piece of text. */
const headOf = ({ type, location }: Readonly<Record<string, unknown>>, files: Names): string => {
  if (type === 'map') {
    const { latitude, longitude } = (location ?? {}) as Readonly<Record<string, unknown>>
    const place = { latitude: Number(latitude), longitude: Number(longitude) }
    return isOnEarth(place) ? `📍 ${mapLink(place)}` : ''
  }
  const file = typeof type === 'string' && Object.hasOwn(files, type) ? files[type] : undefined
  return file === undefined ? '' : `[${file}]`
}

const joined = (nodes: readonly unknown[], between: string, files: Names): string =>
  nodes
    .map(node => textOf(node, '\n', files))
    .filter(text => text !== '')
    .join(between)

const isRow = (nodes: readonly unknown[]): boolean => nodes.some(node => hasField(node, 'valign'))
/** Blocks, list items and table rows stand on lines of their own; pieces of text follow one another. */
const isBlocks = (nodes: readonly unknown[]): boolean =>
  nodes.some(
    node =>
      hasField(node, 'blocks') ||
      (Array.isArray(node) && isRow(node)) ||
      (hasField(node, 'type') && blockTypes.has(String((node as { type: unknown }).type))),
  )

const hasField = (node: unknown, name: string): boolean =>
  typeof node === 'object' && node !== null && name in node

const blockTypes = new Set(
  'paragraph heading pre footer divider list blockquote expandable_blockquote pullquote collage slideshow table details map animation audio document photo video voice_note'.split(
    ' ',
  ),
)

/** A checklist as text: its title, and a line for each task. */
export const renderChecklist = ({ title, tasks }: NonNullable<Message['checklist']>): string =>
  [title, ...tasks.map(({ text, completion_date: done }) => `${done ? '☑' : '☐'} ${text}`)].join('\n')
