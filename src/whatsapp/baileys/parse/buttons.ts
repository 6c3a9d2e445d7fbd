import type { proto } from '@whiskeysockets/baileys'
import type { CardContent } from '../../../bridge/content.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { few, items, webUrl } from './lines.ts'

type Button = CardContent['buttons'][number]
type NativeButton = proto.Message.InteractiveMessage.NativeFlowMessage.INativeFlowButton

/** Buttons of a card, and lines of text for what a button cannot be. */
export interface Buttons {
  readonly buttons: readonly Button[]
  readonly lines: readonly string[]
}

/** More have no room. */
const MOST_BUTTONS = 30
const LONGEST_JSON = 64 * 1024
/** What may be copied by a button of Telegram has 256 characters. */
const LONGEST_COPY = 256

export const joinButtons = (...all: readonly Buttons[]): Buttons => {
  const buttons = all.flatMap(each => each.buttons)
  const rest = buttons.slice(MOST_BUTTONS).map(({ label, url }) => (url ? `${label}: ${url}` : label))
  return {
    buttons: buttons.slice(0, MOST_BUTTONS),
    lines: [...few(all.flatMap(each => each.lines)), items(rest)].filter(line => line !== ''),
  }
}

/** A button that answers: it only stands there to be read. */
export const labelButton = (label: string | null | undefined): Buttons => {
  const clean = oneLine(label ?? '')
  return { buttons: clean === '' ? [] : [{ label: clean }], lines: [] }
}

/** A button that opens an address; one that may not be opened is a mere label. */
export const urlButton = (label: string | null | undefined, url: unknown): Buttons => {
  const address = webUrl(url)
  const clean = oneLine(label ?? '') || (address ?? '')
  if (address === undefined) return labelButton(clean)
  return { buttons: [{ label: clean, url: address }], lines: [] }
}

/** Telegram refuses buttons that call a number: it is said. */
export const callButton = (label: string | null | undefined, number: unknown): Buttons => {
  const words = [oneLine(label ?? ''), typeof number === 'string' ? oneLine(number) : '']
  return { buttons: [], lines: [words.filter(word => word !== '').join(': ')] }
}

const copyButton = (label: string, code: unknown): Buttons => {
  if (typeof code !== 'string' || code === '') return labelButton(label)
  return code.length > LONGEST_COPY
    ? { buttons: [], lines: [`${label}: ${code}`] }
    : { buttons: [{ label: label || code, copy: code }], lines: [] }
}

/** What a native flow's button does stands in JSON that a stranger wrote. */
export const nativeButton = ({ name, buttonParamsJson }: NativeButton): Buttons => {
  const params = readJson(buttonParamsJson)
  const label = textAt(params, 'display_text') || textAt(params, 'title')
  switch (name) {
    case 'cta_url':
      return urlButton(label, params['url'] ?? params['merchant_url'])
    case 'cta_copy':
      return copyButton(label, params['copy_code'])
    case 'cta_call':
      return callButton(label, params['phone_number'])
    case 'single_select':
      return { buttons: [], lines: [label, ...listAt(params, 'sections').flatMap(sectionLines)] }
    default:
      return labelButton(label)
  }
}

const sectionLines = (section: Json): string[] => [
  textAt(section, 'title'),
  items(
    listAt(section, 'rows').map(row =>
      [textAt(row, 'title'), textAt(row, 'description')].filter(text => text !== '').join(' – '),
    ),
  ),
]

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object'

const readJson = (text: string | null | undefined): Json => {
  if (!text || text.length > LONGEST_JSON) return {}
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const textAt = (json: Json, key: string): string => {
  const value = json[key]
  return typeof value === 'string' ? oneLine(value) : ''
}

const listAt = (json: Json, key: string): Json[] => {
  const value = json[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}
