import { createHash } from 'node:crypto'
import type { Content } from '../../bridge/event.ts'
import { parseStored } from '../../bridge/stored-json.ts'
import type { FileSource } from './content.ts'

/**
 * What tells one version of a message from the next, kept for a while (`updates/versions.ts`): which file it has and a digest
 * of its words. Telegram also sends an "edit" when nothing was changed that a bot can see.
 */
export const versionOf = (content: Content): string => `${fileOf(content)} ${digest(wordsOf(content))}`

/** The same of a command, which is no message for the bridge. */
export const versionOfCommand = ({ text = '' }: { readonly text?: string }): string =>
  `${commandMark}${digest(text)}`

export const wasCommand = (version: string | undefined): boolean => version?.startsWith(commandMark) === true

const commandMark = '/ '

/** Whether the file of a message was replaced between two versions: WhatsApp has nothing for that. */
export const isOtherFile = (before: string, after: string): boolean =>
  before.split(' ')[0] !== after.split(' ')[0]

const fileOf = (content: Content): string =>
  content.kind === 'media' ? (parseStored(content.media.source) as FileSource).uniqueId : '-'

const wordsOf = (content: Content): unknown => {
  if (content.kind === 'media') return content.caption
  if (content.kind !== 'location') return content
  // How long a position goes on moving says every update; that it has ended, one.
  const { live, ...place } = content
  return { ...place, ended: live === 0 }
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
