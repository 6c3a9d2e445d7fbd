/** The one door to grammY: its web build, which runs on native fetch and is a sixth of the size of the Node build. */
import './quiet-storage.ts'

export type { RawApi } from 'grammy/web'
export { Api, GrammyError, HttpError, InputFile } from 'grammy/web'
