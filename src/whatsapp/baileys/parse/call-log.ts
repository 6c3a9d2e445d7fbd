import type { proto } from '@whiskeysockets/baileys'
import { callLog } from './labels.ts'
import type { Said, Scene } from './said.ts'

/**
 * What became of a call, as a client writes it down: under the call's own id (WhatsApp Web, `getCallLogTargetDetails`),
 * so it takes the place of what was said when it rang.
 */
export const readCallLog = (
  log: proto.Message.ICallLogMessage,
  { key: { id }, chat, findMessage }: Scene,
): Said => {
  const content = { kind: 'placeholder', label: callLog(log) } as const
  if (!id || findMessage({ chat, id }) === undefined) return { content }
  return { change: { kind: 'edit', target: { id }, content }, id: `${id}.log` }
}
