/** A TypeScript source with everything taken out that is not code. */
export interface Lexed {
  /** The code: comments and regular expressions are blank, each string literal is `'<index>'`. Line breaks stay. */
  readonly code: string
  /** What stood in the string literals. */
  readonly strings: readonly string[]
}

/** After these a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /(?:^|[=(,:[!&|?{};+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|do|else|yield|await))\s*$/
const ONE_LINE_COMMENT = /\/\/[^\n]*/y
const COMMENT = /\/\*[\s\S]*?\*\//y
const STRING = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y
const REGEX = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y

/** Separates code from what only looks like it. Enough of a lexer for our own sources, and far from a parser. */
export const lexSource = (source: string): Lexed => {
  const strings: string[] = []
  let code = ''
  let at = 0
  /** For each template that we are inside of, how many braces are open in its current `${…}`. */
  const templates: number[] = []

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  const blank = (text: string) => {
    code += text.replace(/[^\n]/g, ' ')
  }
  const takeTemplateText = () => {
    blank(take(TEMPLATE_TEXT)?.[0] ?? '')
    if (source[at] === '`') code += '` '
    else templates.push(0)
    at += source[at] === '`' ? 1 : 2
  }

  while (at < source.length) {
    const found = take(ONE_LINE_COMMENT) ?? take(COMMENT)
    if (found !== null) {
      blank(found[0])
      continue
    }
    const string = take(STRING)
    if (string !== null) {
      code += `'${strings.length}'`
      strings.push(string[1] ?? string[2] ?? '')
      continue
    }
    const char = source[at] ?? ''
    if (char === '/' && BEFORE_REGEX.test(code.slice(-40))) {
      const regex = take(REGEX)
      if (regex !== null) {
        code += `/ ${' '.repeat(regex[0].length)}/`
        continue
      }
    }
    at += 1
    const depth = templates.at(-1)
    if (char === '`') {
      code += ' `'
      takeTemplateText()
    } else if (char === '}' && depth === 0) {
      templates.pop()
      takeTemplateText()
    } else {
      if (depth !== undefined)
        templates[templates.length - 1] = depth + (char === '{' ? 1 : char === '}' ? -1 : 0)
      code += char
    }
  }
  return { code, strings }
}

export interface Import {
  readonly specifier: string
  /** Gone once types are stripped. */
  readonly typeOnly: boolean
  /** `import(…)`: loaded when it is called. */
  readonly lazy: boolean
}

const IMPORTS: readonly (readonly [pattern: RegExp, lazy: boolean])[] = [
  [/\b(?:import|export)\s+(type\s+)?[\w*{][^'`;()]*?\bfrom\s*'(\d+)'/g, false],
  [/\bimport\s*()'(\d+)'/g, false],
  [/\bimport\s*\(()\s*'(\d+)'/g, true],
]

/** Everything that a source imports or passes on. */
export const importsOf = ({ code, strings }: Lexed): Import[] =>
  IMPORTS.flatMap(([pattern, lazy]) =>
    [...code.matchAll(pattern)].map(([, type, index]) => ({
      specifier: strings[Number(index)] ?? '',
      typeOnly: type !== undefined && type !== '',
      lazy,
    })),
  )
