import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { InputFile, InputMediaBuilder } from 'grammy'
import { jpeg, megabytes, notModified, ogg, openBench, png, refused, webp } from './helpers.ts'

test('every kind of media arrives as what it is', async () => {
  await using bench = await openBench()
  const { api, chat, tg } = bench
  const file = (bytes: Uint8Array, name?: string) => new InputFile(bytes, name)
  const bytes = Buffer.from('not really a film')
  const photo = await api.sendPhoto(chat.id, file(jpeg(640, 480)), { caption: ' look ' })
  assert.equal(photo.caption, 'look')
  assert.deepEqual([photo.photo.at(-1)?.width, photo.photo.at(-1)?.height, photo.photo.length], [640, 480, 3])
  await api.sendVideo(chat.id, file(bytes, 'film.mp4'), { width: 4, height: 3, duration: 2 })
  await api.sendAnimation(chat.id, file(bytes, 'gif.mp4'))
  await api.sendAudio(chat.id, file(bytes, 'song.mp3'), { title: 'Song' })
  await api.sendVoice(chat.id, file(ogg()), { duration: 3 })
  await api.sendVideoNote(chat.id, file(bytes))
  await api.sendDocument(chat.id, file(bytes, 'report.pdf'))
  const sticker = await api.sendSticker(chat.id, file(webp()))
  assert.equal(sticker.sticker.width, 512)
  const kinds = 'photo video animation audio voice video_note document sticker'.split(' ')
  assert.deepEqual(
    chat.transcript().map(({ kind }) => kind),
    kinds,
  )
  const seen = chat.transcript()[6]?.file
  assert.equal(seen?.name, 'report.pdf')
  assert.equal(seen?.mime, 'application/pdf')
  assert.equal(seen?.sha256, createHash('sha256').update(bytes).digest('hex'))
  tg.assertNoSurprises()
})

test('names come through when they are URL-encoded, and are cleaned', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const send = async (name: string): Promise<string | undefined> =>
    (await api.sendDocument(chat.id, new InputFile(Buffer.from('x'), name))).document.file_name
  assert.equal(await send(encodeURIComponent('été; "final" №1.pdf')), 'été; final №1.pdf')
  assert.equal(await send('cut;here.pdf'), 'cut')
  assert.equal(await send(encodeURIComponent(`${'x'.repeat(99)}.txt`)), `${'x'.repeat(64)}.txt`)
  await refused(
    api.sendDocument(chat.id, new InputFile(Buffer.from('x'), '"odd.pdf')),
    400,
    'Bad Request: unterminated quoted file name in the multipart header',
  )
})

test('photos are judged by their bytes', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const send = (bytes: Uint8Array): Promise<unknown> => api.sendPhoto(chat.id, new InputFile(bytes))
  await send(png(9000, 1000))
  await refused(send(png(9001, 1000)), 400, 'Bad Request: PHOTO_INVALID_DIMENSIONS')
  await refused(send(jpeg(2100, 100)), 400, 'Bad Request: PHOTO_INVALID_DIMENSIONS')
  await refused(send(Buffer.from('junk')), 400, 'Bad Request: IMAGE_PROCESS_FAILED')
  await refused(send(Buffer.alloc(0)), 400, 'Bad Request: file must be non-empty')
  const big = Buffer.concat([png(10, 10), Buffer.alloc(10 * 1024 * 1024)])
  await refused(
    send(big),
    400,
    'Bad Request: file of size 10485824 bytes is too big for a photo; the maximum size is 10485760 bytes',
  )
})

test('45 MB stream in; more than 50 MB is refused', async () => {
  await using bench = await openBench()
  const { api, chat, tg } = bench
  await api.sendDocument(chat.id, new InputFile(megabytes(45), 'big.bin'))
  const file = chat.transcript()[0]?.file
  assert.equal(file?.size, 45 * 1024 * 1024)
  const hash = createHash('sha256')
  for await (const chunk of megabytes(45)) hash.update(chunk)
  assert.equal(file?.sha256, hash.digest('hex'))
  await refused(
    api.sendDocument(chat.id, new InputFile(megabytes(51), 'huge.bin')),
    413,
    'Request Entity Too Large',
  )
  assert.equal(chat.transcript().length, 1)
  assert.ok(file)
  await refused(api.getFile(file.id), 400, 'Bad Request: file is too big')
  tg.assertNoSurprises()
})

test('a missing file, a stranger id and an id of another kind are refused', async () => {
  await using bench = await openBench()
  const { api, chat, tg } = bench
  const answer = await fetch(`${tg.apiRoot}/bot${tg.token}/sendPhoto?chat_id=${chat.id}`)
  assert.deepEqual(await answer.json(), {
    ok: false,
    error_code: 400,
    description: 'Bad Request: there is no photo in the request',
  })
  await refused(
    api.sendPhoto(chat.id, 'nonsense'),
    400,
    'Bad Request: wrong remote file identifier specified: Wrong padding length',
  )
  const { photo } = await api.sendPhoto(chat.id, new InputFile(png(10, 10)))
  const id = photo.at(-1)?.file_id ?? ''
  await refused(api.sendDocument(chat.id, id), 400, "Bad Request: can't use file of type Photo as Document")
  const again = await api.sendPhoto(chat.id, id)
  assert.equal(again.photo.at(-1)?.file_unique_id, photo.at(-1)?.file_unique_id)
})

test('what a person attaches can be downloaded', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const bytes = ogg()
  owner.sends(chat, { voice: { bytes, duration: 4 } })
  const [update] = await api.getUpdates()
  assert.equal(update?.message?.voice?.duration, 4)
  const { file_path } = await api.getFile(update?.message?.voice?.file_id ?? '')
  const answer = await fetch(`${tg.apiRoot}/file/bot${tg.token}/${file_path}`)
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(bytes))
  await refused(api.getFile('none'), 400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
})

test('a voice that is no Ogg, MP3 or M4A becomes a document; a GIF sent as a document an animation', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  await api.sendVoice(chat.id, new InputFile(Buffer.from('#!AMR'), 'v.amr'))
  const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(20, 1)])
  await api.sendDocument(chat.id, new InputFile(gif, 'a.gif'))
  await api.sendDocument(chat.id, new InputFile(gif, 'a.gif'), { disable_content_type_detection: true })
  assert.deepEqual(
    chat.transcript().map(({ kind }) => kind),
    ['document', 'animation', 'document'],
  )
})

test('an album is sent as a whole or not at all', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const photo = (width = 10) => InputMediaBuilder.photo(new InputFile(png(width, 10)), { caption: 'c' })
  const sent = await api.sendMediaGroup(chat.id, [photo(), InputMediaBuilder.video(new InputFile(ogg()))])
  assert.equal(sent.length, 2)
  const [first, second] = chat.transcript()
  assert.ok(first?.mediaGroup && second)
  assert.equal(first.mediaGroup, second.mediaGroup)
  const reply_markup = { inline_keyboard: [[{ text: '…', callback_data: 'x' }]] }
  for (const { id } of [first, second])
    await refused(api.editMessageReplyMarkup(chat.id, id, { reply_markup }), 400, notModified)
  await refused(
    api.sendMediaGroup(chat.id, [photo(), photo(9999)]),
    400,
    'Bad Request: failed to send message #2 with the error message "PHOTO_INVALID_DIMENSIONS"',
  )
  await refused(
    api.sendMediaGroup(chat.id, [photo(), InputMediaBuilder.document(new InputFile(ogg())) as never]),
    400,
    "Bad Request: documents can't be mixed with other media types",
  )
  await refused(
    api.sendMediaGroup(
      chat.id,
      Array.from({ length: 11 }, () => photo()),
    ),
    400,
    'Bad Request: too many messages to send as an album',
  )
  await refused(
    api.sendMediaGroup(chat.id, [InputMediaBuilder.animation(new InputFile(ogg())) as never]),
    400,
    `Bad Request: can't parse InputMedia: type "animation" can't be used in sendMediaGroup`,
  )
  assert.equal(chat.transcript().length, 2)
})

test('captions hold 1024 code points and can be edited, media can be exchanged', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const file = new InputFile(png(10, 10))
  await api.sendPhoto(chat.id, file, { caption: '😀'.repeat(1024) })
  await refused(
    api.sendPhoto(chat.id, file, { caption: 'x'.repeat(1025) }),
    400,
    'Bad Request: message caption is too long',
  )
  const { message_id } = await api.sendPhoto(chat.id, file)
  await api.editMessageCaption(chat.id, message_id, { caption: 'new' })
  await refused(
    api.editMessageText(chat.id, message_id, 'text'),
    400,
    'Bad Request: there is no text in the message to edit',
  )
  await api.editMessageMedia(chat.id, message_id, InputMediaBuilder.document(new InputFile(ogg(), 'a.ogg')))
  const seen = chat.transcript().at(-1)
  assert.deepEqual([seen?.kind, seen?.text, seen?.edited, seen?.file?.name], ['document', '', true, 'a.ogg'])
})
