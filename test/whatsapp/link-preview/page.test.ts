import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readPage } from '../../../src/whatsapp/link-preview/page.ts'
import { workedFor } from '../../support/within.ts'

const cases: readonly (readonly [what: string, html: string, ReturnType<typeof readPage>])[] = [
  [
    'Open Graph, before anything else',
    `<html><head><title>Plain</title><meta name="description" content="plain">
     <meta property="og:title" content="Lakes"><meta property='og:description' content='Ten of them'></head>`,
    { title: 'Lakes', description: 'Ten of them' },
  ],
  [
    'title and description where there is nothing else',
    '<TITLE lang="en">\n  Ten\n lakes </TITLE><META CONTENT=short NAME=description>',
    { title: 'Ten lakes', description: 'short' },
  ],
  ['a title alone', '<title>Ten lakes</title>', { title: 'Ten lakes', description: '' }],
  [
    'the first of several',
    '<meta property="og:title" content="One"><meta property="og:title" content="Two">',
    { title: 'One', description: '' },
  ],
  [
    'entities, of the page and of its encoding',
    '<title>M&uuml;ller &amp; S&#246;hne &#x1F600; &lt;b&gt; &unknown; &#0; &#x110000;</title>',
    { title: 'Müller & Söhne 😀 <b> &unknown; &#0; &#x110000;', description: '' },
  ],
  [
    'a tag with ">" in it',
    '<meta property="og:title" content="a > b"><title>c</title>',
    { title: 'a > b', description: '' },
  ],
  [
    'no words of scripts, styles and comments',
    '<!-- <title>1</title> --><script>"<title>2</title>"</script><style><title>3</title></style><title>4</title>',
    { title: '4', description: '' },
  ],
  [
    'words without what turns or hides them',
    '<title>a\u202eb\u200bc\u0007d</title>',
    { title: 'abcd', description: '' },
  ],
  [
    'names of characters that it made up',
    '<title>&toString; &constructor; &amp;</title>',
    { title: '&toString; &constructor; &', description: '' },
  ],
  ['nothing where there is no title', '<meta name="description" content="words"><p>hello', undefined],
  ['nothing in an empty page', '', undefined],
]

for (const [what, html, expected] of cases) {
  test(`A page says ${what}`, () => assert.deepEqual(readPage(html), expected))
}

test('Endless titles are cut', () => {
  const found = readPage(
    `<title>${'😀'.repeat(5000)}</title><meta name=description content="${'x '.repeat(5000)}">`,
  )
  assert.equal([...(found?.title ?? '')].length, 200)
  assert.equal(found?.description.length, 400)
  assert.ok(found?.title.endsWith('😀…'))
})

test('No page takes long to read, however it is made', () => {
  const pieces = [
    '<meta ',
    '<title>',
    '</title>',
    '<!--',
    '-->',
    '<script',
    '</script>',
    'content="',
    "'",
    '"',
    '>',
  ]
  const made = fc.array(fc.constantFrom(...pieces, '&#', ' a=', '\n'), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(made, parts => {
      const html = parts
        .join('')
        .repeat(256 * 1024)
        .slice(0, 256 * 1024)
      assert.ok(workedFor(() => readPage(html)) < 1000, html.slice(0, 100))
    }),
    { numRuns: 200, examples: pieces.map(piece => [[piece]]) },
  )
})
