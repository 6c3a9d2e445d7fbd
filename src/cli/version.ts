import manifest from '../../package.json' with { type: 'json' }

/** The program's version, from package.json, so that there is one place to change it. */
export const version: string = manifest.version
