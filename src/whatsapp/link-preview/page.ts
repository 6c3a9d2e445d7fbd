/** What a page says about itself to those who link to it. */
export interface PageFacts {
  readonly title: string
  readonly description: string
}

/** Characters of each that go into a preview. */
const LONGEST = { title: 200, description: 400 }

/**
 * Reads title and description of a page: Open Graph first, then what every page has. Looks only for tags; what a page
 * does with scripts is none of our business. Undefined when it has no title.
 */
export const readPage = (html: string): PageFacts | undefined => {
  const said = new Map<string, string>()
  const say = (name: string | undefined, words: string | undefined): void => {
    const key = name?.toLowerCase()
    if (key !== undefined && words !== undefined && !said.has(key)) said.set(key, words)
  }
  for (const { tag, end } of tagsOf(html)) {
    if (isTag(tag, 'meta')) {
      say(find(PROPERTY, tag) ?? find(NAME, tag), find(CONTENT, tag))
    } else if (isTag(tag, 'title') && !said.has('title')) {
      say('title', html.slice(end, indexOf(html, '</title', end)))
    }
  }
  const pick = (...names: string[]) => names.map(name => said.get(name)).find(words => words?.trim()) ?? ''
  const title = clean(pick('og:title', 'twitter:title', 'title'), LONGEST.title)
  const description = pick('og:description', 'twitter:description', 'description')
  return title === '' ? undefined : { title, description: clean(description, LONGEST.description) }
}

/**
 * The tags of a page with where they end, one after the other, without those inside comments, scripts and styles. One
 * pass, so that no page takes long; a tag that does not end ends the page.
 */
function* tagsOf(html: string): Generator<{ tag: string; end: number }> {
  let at = html.indexOf('<')
  while (at !== -1) {
    if (html.startsWith('<!--', at)) {
      at = html.indexOf('<', indexOf(html, '-->', at))
      continue
    }
    const end = endOfTag(html, at)
    if (end === -1) return
    const tag = html.slice(at, end)
    yield { tag, end }
    const closing = isTag(tag, 'script') ? '</script' : isTag(tag, 'style') ? '</style' : undefined
    at = html.indexOf('<', closing === undefined ? end : indexOf(html, closing, end))
  }
}

/** Behind the `>` of a tag; one inside quotes does not count. */
const endOfTag = (html: string, start: number): number => {
  const stop = /[>"']/g
  stop.lastIndex = start
  for (let match = stop.exec(html); match !== null; match = stop.exec(html)) {
    if (match[0] === '>') return stop.lastIndex
    const close = html.indexOf(match[0], stop.lastIndex)
    if (close === -1) return -1
    stop.lastIndex = close + 1
  }
  return -1
}

const isTag = (tag: string, name: string): boolean =>
  tag.slice(1, name.length + 1).toLowerCase() === name && /^[\s/>]/.test(tag.slice(name.length + 1))

/** Where some words begin, in upper or lower case; the end of the text where they do not stand there. */
const indexOf = (text: string, words: string, from: number): number => {
  const found = new RegExp(words, 'gi')
  found.lastIndex = from
  return found.exec(text)?.index ?? text.length
}

const attribute = (name: string): RegExp =>
  new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i')
const PROPERTY = attribute('property')
const NAME = attribute('name')
const CONTENT = attribute('content')

const find = (expression: RegExp, tag: string): string | undefined => {
  const [, double, single, bare] = expression.exec(tag) ?? []
  return double ?? single ?? bare
}

/** Other people's words: entities read, on one line, without characters that turn or hide text, not endless. */
const clean = (text: string, longest: number): string => {
  const plain = decodeEntities(text.slice(0, 20 * longest))
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
    .toWellFormed()
    .trim()
  const characters = [...plain]
  return characters.length > longest
    ? `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
    : plain
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['copy', '©'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['middot', '·'],
  ['bull', '•'],
  ['euro', '€'],
  ['auml', 'ä'],
  ['ouml', 'ö'],
  ['uuml', 'ü'],
  ['Auml', 'Ä'],
  ['Ouml', 'Ö'],
  ['Uuml', 'Ü'],
  ['szlig', 'ß'],
  ['eacute', 'é'],
  ['egrave', 'è'],
])

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,8}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED.get(name) ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
