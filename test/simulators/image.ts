interface Size {
  readonly width: number
  readonly height: number
}

/** Pixels of a JPEG, PNG, WebP or GIF, read from its bytes; `undefined` when it is none of these or broken. */
export function imageSize(bytes: Uint8Array): Size | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (looksLike(data, 'png')) return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) }
    if (looksLike(data, 'gif')) return { width: data.readUInt16LE(6), height: data.readUInt16LE(8) }
    if (looksLike(data, 'webp')) return webpSize(data)
    if (looksLike(data, 'jpeg')) return jpegSize(data)
  } catch (error) {
    // A read behind the end: the file is cut off.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

function jpegSize(data: Buffer): Size | undefined {
  let at = 2
  while (at < data.length) {
    if (data.readUInt8(at) !== 0xff) return undefined
    const marker = data.readUInt8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) }
    at += marker === 0xff ? 1 : 2 + data.readUInt16BE(at + 2)
  }
  return undefined
}

function webpSize(data: Buffer): Size | undefined {
  switch (data.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = data.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 }
    default:
      return undefined
  }
}

const signatures: Readonly<Record<string, readonly [offset: number, bytes: string][]>> = {
  jpeg: [[0, '\xff\xd8\xff']],
  png: [[0, '\x89PNG\r\n\x1a\n']],
  gif: [[0, 'GIF8']],
  webp: [
    [0, 'RIFF'],
    [8, 'WEBP'],
  ],
  webm: [[0, '\x1aE\xdf\xa3']],
  gzip: [[0, '\x1f\x8b']],
  ogg: [[0, 'OggS']],
  m4a: [[4, 'ftyp']],
}

/** Whether the first bytes are those of one of the formats. */
export function looksLike(bytes: Uint8Array, ...formats: readonly string[]): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', 0, 16)
  return formats.some(format =>
    format === 'mp3'
      ? head.startsWith('ID3') || /^\xff[\xe2-\xff]/.test(head)
      : (signatures[format] ?? []).length > 0 &&
        (signatures[format] ?? []).every(([offset, text]) => head.startsWith(text, offset)),
  )
}
