import { dirname, join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

/**
 * Baileys asks for these when they are there, and does without: previews of pictures, links and sound. The first is native
 * and cannot be in a single file, the others are not installed.
 */
export const ABSENT = ['sharp', 'jimp', 'link-preview-js', 'audio-decode']

/** The decoder of moving stickers goes into the bundle, which has no packages beside it to read it from. */
export const carryDecoder: Plugin = {
  name: 'decoder',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]moving[\\/]decoder-module\.ts$/ }, ({ path }) => ({
      contents: "import bytes from '@cwasm/webp/webp.wasm'\nexport const decoderModule = () => bytes",
      resolveDir: dirname(path),
    }))
  },
}

/**
 * Makes one CommonJS file of the program and its packages in `folder`; gives its path and those of the files that went into
 * it. A module is run when it is first asked for, as from source: esbuild wraps what stands behind `import()` in functions.
 * Names stay as they are, so that the stack of a bug can be read.
 */
export const bundle = async (
  folder: string,
): Promise<{ readonly program: string; readonly sources: readonly string[] }> => {
  const program = join(folder, 'wa2tg.cjs')
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../../src/main.ts')],
    outfile: program,
    metafile: true,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    // Node has no `import()` for a program with a code cache; esbuild writes `require()` for what stays outside.
    supported: { 'dynamic-import': false },
    external: ABSENT,
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    loader: { '.wasm': 'binary' },
    plugins: [carryDecoder],
  })
  return { program, sources: Object.keys(metafile.inputs).map(file => resolve(file)) }
}
