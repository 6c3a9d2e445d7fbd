import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { decrypt, encrypt, isContainer } from '../../../src/store/backup/container.ts'
import { tempDir } from '../temp-store.ts'

const passphrase = 'correct horse battery staple'
/** Cheap, to be tried often. */
const cost = { log2N: 4, r: 8, p: 1 }
const made = Date.parse('2026-01-02T03:04:05Z')
const head = 52
const sealedPiece = 65_536 + 16

const seal = async (dir: string, content: Buffer): Promise<Buffer> => {
  await writeFile(join(dir, 'plain'), content)
  await using source = await open(join(dir, 'plain'), 'r')
  await using target = await open(join(dir, 'sealed'), 'w')
  await encrypt(source, target, { passphrase, now: made, cost })
  return await readFile(join(dir, 'sealed'))
}

const unseal = async (dir: string, sealed: Buffer, words = passphrase): Promise<Buffer> => {
  await writeFile(join(dir, 'sealed'), sealed)
  await using source = await open(join(dir, 'sealed'), 'r')
  await using target = await open(join(dir, 'again'), 'w')
  assert.equal(await decrypt(source, target, words), made)
  return await readFile(join(dir, 'again'))
}

for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000]) {
  test(`what is sealed comes back the same: ${size} bytes`, async () => {
    using dir = tempDir()
    const content = randomBytes(size)
    const sealed = await seal(dir.path, content)
    assert.ok(isContainer(sealed))
    assert.equal(sealed.length, head + size + 16 * Math.max(1, Math.ceil(size / 65_536)))
    assert.ok((await unseal(dir.path, sealed)).equals(content))
  })
}

test('the same content sealed twice has nothing in common', async () => {
  using dir = tempDir()
  const content = Buffer.alloc(100_000)
  const [one, other] = [await seal(dir.path, content), await seal(dir.path, content)]
  assert.ok(!one.subarray(head, head + 64).equals(other.subarray(head, head + 64)))
  assert.ok(!one.subarray(12, 28).equals(other.subarray(12, 28)))
})

test('another passphrase opens nothing and is called wrong; the same letters composed differently are the same', async () => {
  using dir = tempDir()
  const sealed = await seal(dir.path, Buffer.from('hush'))
  for (const words of ['', 'correct horse battery stable', `${passphrase} `]) {
    await assert.rejects(unseal(dir.path, sealed, words), {
      name: 'BackupError',
      message: 'The passphrase is wrong',
    })
  }
  await writeFile(join(dir.path, 'plain'), 'hush')
  await using source = await open(join(dir.path, 'plain'), 'r')
  {
    await using target = await open(join(dir.path, 'composed'), 'w')
    await encrypt(source, target, { passphrase: 'caf\u00e9', now: made, cost })
  }
  assert.equal(
    String(await unseal(dir.path, await readFile(join(dir.path, 'composed')), 'cafe\u0301')),
    'hush',
  )
})

test('no byte of it can be changed', async () => {
  using dir = tempDir()
  const sealed = await seal(dir.path, randomBytes(140_000))
  const places = [
    ...Array.from({ length: head + 20 }, (_, at) => at),
    40_000,
    head + sealedPiece - 1,
    sealed.length - 1,
  ]
  for (const at of places) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 0x10
    await assert.rejects(unseal(dir.path, changed), { name: 'BackupError' }, `byte ${at}`)
  }
})

test('it can neither be cut off, nor lengthened, nor its pieces be moved or left out', async () => {
  using dir = tempDir()
  const sealed = await seal(dir.path, randomBytes(3 * 65_536))
  const piece = (number: number) =>
    sealed.subarray(head + number * sealedPiece, head + (number + 1) * sealedPiece)
  const start = sealed.subarray(0, head)
  const spoilt: Record<string, Buffer> = {
    'cut behind a piece': sealed.subarray(0, head + sealedPiece),
    'cut in a piece': sealed.subarray(0, head + sealedPiece + 100),
    'cut in a tag': sealed.subarray(0, sealed.length - 1),
    'cut behind the head': start,
    'cut in the head': sealed.subarray(0, 30),
    'without its first piece': Buffer.concat([start, piece(1), piece(2)]),
    'with pieces exchanged': Buffer.concat([start, piece(1), piece(0), piece(2)]),
    'with a piece twice': Buffer.concat([start, piece(0), piece(0), piece(1), piece(2)]),
    'with something behind it': Buffer.concat([sealed, Buffer.from('x')]),
    'with itself behind it': Buffer.concat([sealed, piece(0)]),
  }
  for (const [what, bytes] of Object.entries(spoilt)) {
    await assert.rejects(
      unseal(dir.path, bytes),
      { name: 'BackupError', message: /damaged or cut off/ },
      what,
    )
  }
})

test('a head that asks for more memory than any of ours is refused before it is given', async () => {
  using dir = tempDir()
  const sealed = await seal(dir.path, Buffer.from('hush'))
  sealed[9] = 40
  await assert.rejects(unseal(dir.path, sealed), { name: 'BackupError', message: /damaged/ })
})

test('a form of the future is told from damage', async () => {
  using dir = tempDir()
  const sealed = await seal(dir.path, Buffer.from('hush'))
  sealed[8] = 2
  await assert.rejects(unseal(dir.path, sealed), { name: 'BackupError', message: /newer wa2tg/ })
})
