/** Under this name of the global object Baileys' encoder tells what it encodes: `build.ts` puts that in. */
export const encodingKey = 'wa2tg fail points: encoding'
