import assert from 'node:assert/strict'
import { test } from 'node:test'
import { styleText } from 'node:util'
import { drawTerminal } from '../../scripts/demo/picture.ts'

const draw = (...lines: string[]): string => drawTerminal(lines, { title: 'a & b', columns: 80 })
/** The texts under the title, with their attributes. */
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text(?! class="title")(.*?)<\/text>/g)].map(([, text = '']) => text)
const green = (text: string): string => styleText('green', text, { validateStream: false })
const bold = (text: string): string => styleText('bold', text, { validateStream: false })

test('words stand where a terminal has them, as wide as there, whatever the font', () => {
  assert.deepEqual(textsOf(draw('  one two   three')), [
    ' x="44" y="62" textLength="70">one two',
    ' x="144" y="62" textLength="50">three',
  ])
})

test('an emoji has two columns of its own, so that what follows keeps its place', () => {
  assert.deepEqual(textsOf(draw('a 📷 b', 'a 👁 b', '日本 b')), [
    ' x="24" y="62">a',
    ' class="wide" x="44" y="62">📷',
    ' x="74" y="62">b',
    ' x="24" y="84">a',
    ' class="small" x="44" y="84">👁',
    ' x="64" y="84">b',
    ' class="wide" x="24" y="106">日',
    ' class="wide" x="44" y="106">本',
    ' x="74" y="106">b',
  ])
})

test('styles of the terminal are styles of the picture, and take no columns', () => {
  assert.deepEqual(textsOf(draw(`${green('▸')} ${bold(green('on'))} off`)), [
    ' class="green" x="24" y="62">▸',
    ' class="bold green" x="44" y="62" textLength="20">on',
    ' x="74" y="62" textLength="30">off',
  ])
  assert.throws(() => draw(styleText('blink', 'x', { validateStream: false })), /style 5/)
})

test('what SVG would read as its own is written out', () => {
  const svg = draw('<b> & "c"')
  assert.deepEqual(textsOf(svg), [' x="24" y="62" textLength="90">&lt;b&gt; &amp; "c"'])
  assert.ok(svg.includes('<title>a &amp; b</title>'))
})

test('a picture is as high as its lines, and asks for nothing from outside', () => {
  const svg = draw('one', '', 'three ──────')
  assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 848 130"'))
  assert.match(svg, /<path d="M84 100h60"\/>/)
  assert.doesNotMatch(svg.replace('http://www.w3.org/2000/svg', ''), /http|url\(|@import|href|script/)
})
