import type { Message } from 'grammy/types'

/**
 * The text of a rich message, block by block. Rendered from whatever has text: blocks are many and become more, and
 * WhatsApp has none of them.
 */
export const flattenRich = ({ blocks }: NonNullable<Message['rich_message']>): string =>
  blocks
    .map(block => textOf(block, '\n'))
    .filter(text => text !== '')
    .join('\n\n')

/** Where a node of a rich message keeps what there is to read, in the order of reading. */
const readable = ['label', 'summary', 'text', 'expression', 'blocks', 'items', 'cells', 'caption', 'credit']

const textOf = (node: unknown, between: string): string => {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return joined(node, isRow(node) ? ' | ' : isBlocks(node) ? '\n' : '')
  if (typeof node !== 'object' || node === null) return ''
  const fields = node as Readonly<Record<string, unknown>>
  if (fields['type'] === 'custom_emoji') return textOf(fields['alternative_text'], '')
  if (fields['type'] === 'divider') return '———'
  return joined(
    readable.map(name => fields[name]),
    'label' in fields ? ' ' : between,
  )
}

const joined = (nodes: readonly unknown[], between: string): string =>
  nodes
    .map(node => textOf(node, '\n'))
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
