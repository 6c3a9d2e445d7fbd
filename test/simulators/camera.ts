import decodeQR from 'qr/decode.js'

/** Pixels per module: what a phone sees of a code is never one pixel wide. */
const SCALE = 8
const LIGHT: Record<string, readonly [boolean, boolean]> = {
  '█': [true, true],
  '▀': [true, false],
  '▄': [false, true],
  ' ': [false, false],
}

/**
 * A phone's camera: finds the last QR code drawn in half blocks in what a terminal shows, and reads it. Undefined when
 * there is none; throws when what looks like a code cannot be read. Light modules are the drawn ones.
 */
export const readQrCode = (screen: string): string | undefined => {
  const code = lastCode(screen)
  if (code === undefined) return undefined
  const width = Math.max(...code.map(line => line.length))
  const rows = code.flatMap(line => {
    const modules = [...line.padEnd(width, '█')].map(character => LIGHT[character] ?? [false, false])
    return [modules.map(([upper]) => upper), modules.map(([, lower]) => lower)]
  })
  return decodeQR(photograph(rows, width))
}

/** The last run of lines made of nothing but half blocks. */
const lastCode = (screen: string): string[] | undefined => {
  const lines = screen.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '').split('\n')
  let code: string[] | undefined
  let run: string[] = []
  for (const line of lines) {
    if (line.length >= 21 && /^[█▀▄ ]+$/.test(line) && line.includes('█')) run.push(line)
    else run = []
    if (run.length >= 11) code = run
  }
  return code
}

const photograph = (rows: readonly (readonly boolean[])[], modules: number) => {
  const width = modules * SCALE
  const height = rows.length * SCALE
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const light = rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === true
      data.set(light ? [255, 255, 255, 255] : [0, 0, 0, 255], (y * width + x) * 4)
    }
  }
  return { width, height, data }
}
