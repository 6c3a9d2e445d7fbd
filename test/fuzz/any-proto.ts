import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { anyBytes, anyNumber, anyText } from './any-text.ts'

/** WhatsApp's protocol as Baileys ships it, read from its own description. */
const path = createRequire(import.meta.url).resolve('@whiskeysockets/baileys/WAProto/WAProto.proto')
const { root } = protobuf.parse(readFileSync(path, 'utf8'), { keepCase: true })
root.resolveAll()

/** Fields that are set at once in one message, at most: real ones have few, and many only make inputs large. */
const most = 5

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: anyText,
  bytes: anyBytes,
  bool: fc.boolean(),
  float: anyNumber,
  double: anyNumber,
}

const known = new Map<string, fc.Arbitrary<object>>()

/** Any message of a type, with nested ones `depth` levels deep. */
const anyMessage = (type: protobuf.Type, depth: number): fc.Arbitrary<object> => {
  const key = `${type.fullName} ${depth}`
  const made = known.get(key)
  if (made !== undefined) return made
  const fields = type.fieldsArray.filter(
    ({ resolvedType }) => depth > 0 || !(resolvedType instanceof protobuf.Type),
  )
  const arbitrary = fc
    .subarray(fields, { maxLength: Math.min(most, fields.length) })
    .chain(chosen =>
      fc.record(Object.fromEntries(chosen.map(field => [field.name, anyValue(field, depth - 1)]))),
    )
  known.set(key, arbitrary)
  return arbitrary
}

const anyValue = (field: protobuf.Field, depth: number): fc.Arbitrary<unknown> => {
  const single = anySingle(field, depth)
  return field.repeated ? fc.array(single, { maxLength: 3 }) : single
}

const anySingle = ({ resolvedType, type }: protobuf.Field, depth: number): fc.Arbitrary<unknown> => {
  if (resolvedType instanceof protobuf.Type) return anyMessage(resolvedType, depth)
  if (resolvedType instanceof protobuf.Enum) {
    // A newer phone may send a value that this version does not know.
    return fc.oneof(fc.constantFrom(...Object.values(resolvedType.values)), fc.integer({ min: -1, max: 500 }))
  }
  return scalars[type] ?? anyNumber.map(Math.trunc)
}

const messageType = root.lookupType('Message')

/** A field of `proto.Message` drawn first, so that rare kinds come as often as common ones. */
export const anyContent: fc.Arbitrary<object> = fc
  .constantFrom(...messageType.fieldsArray)
  .chain(field => fc.tuple(fc.constant(field.name), anyValue(field, 4)))
  .chain(([name, value]) =>
    fc
      .record({ messageContextInfo: anySingle(fieldOf('messageContextInfo'), 3) }, { requiredKeys: [] })
      .map(rest => ({ ...rest, [name]: value })),
  )

/** Files of messages, by field, with the kind of keys that they are sealed with. */
const fileKinds = {
  imageMessage: 'image',
  videoMessage: 'video',
  audioMessage: 'audio',
  documentMessage: 'document',
  stickerMessage: 'sticker',
  ptvMessage: 'ptv',
} as const

const anyType = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      'image/jpeg',
      'image/webp',
      'image/gif',
      'video/mp4',
      'audio/ogg; codecs=opus',
      'audio/mpeg',
    ),
    weight: 2,
  },
  anyText,
)

/** A message about a file that a phone has put up, once `facts` are those of the upload; what else it claims is made up. */
export const anyFileMessage = fc
  .constantFrom(...(Object.keys(fileKinds) as (keyof typeof fileKinds)[]))
  .chain(name =>
    fc.record({ name: fc.constant(name), value: anySingle(fieldOf(name), 3), mimetype: anyType }),
  )
  .map(({ name, value, mimetype }) => ({
    kind: fileKinds[name],
    encode: (facts: object) => encode({ [name]: { ...(value as object), mimetype, ...facts } }),
  }))

/** One field of a type, drawn first as well. */
export const anyFieldOf = (name: string, depth: number): fc.Arbitrary<object> =>
  fc
    .constantFrom(...root.lookupType(name).fieldsArray)
    .chain(field => anyValue(field, depth).map(value => ({ [field.name]: value })))

const fieldOf = (name: string): protobuf.Field => {
  const field = messageType.fields[name]
  if (field === undefined) throw new Error(`proto.Message has no field "${name}"`)
  return field
}

const encode = (message: object): Uint8Array => encodeAs('Message', message)

/** A message of any type that the protocol names, as in `Message.ProtocolMessage`, with nested ones `depth` levels deep. */
export const anyOfType = (name: string, depth: number): fc.Arbitrary<object> =>
  anyMessage(root.lookupType(name), depth)

export const encodeAs = (name: string, message: object): Uint8Array => {
  const type = root.lookupType(name)
  return type.encode(type.create(message)).finish()
}

/** Sound bytes, or some of them changed or cut off. */
export const orSpoilt = (sound: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { arbitrary: sound, weight: 8 },
    {
      arbitrary: fc
        .tuple(sound, fc.nat(), fc.nat({ max: 255 }))
        .map(([bytes, at, value]) =>
          Uint8Array.from(bytes).fill(value, at % (bytes.length + 1), (at % 7) + 1),
        ),
      weight: 1,
    },
    {
      arbitrary: fc.tuple(sound, fc.nat()).map(([bytes, at]) => bytes.slice(0, at % (bytes.length + 1))),
      weight: 1,
    },
  )

/** An encoded `proto.Message`: sound, or with some of its bytes changed or cut off. */
export const anyEncodedMessage: fc.Arbitrary<Uint8Array> = orSpoilt(anyContent.map(encode))
