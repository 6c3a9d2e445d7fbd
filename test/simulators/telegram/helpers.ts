import assert from 'node:assert/strict'
import { Api, GrammyError } from 'grammy'
import {
  type SimChat,
  type SimUser,
  startTelegramSimulator,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from './index.ts'

interface Bench extends AsyncDisposable {
  readonly tg: TelegramSimulator
  readonly api: Api
  readonly owner: SimUser
  readonly chat: SimChat
}

/** A server with one person, their private chat with the bot, and the real grammY. */
export async function openBench(options: TelegramSimulatorOptions = {}): Promise<Bench> {
  const tg = await startTelegramSimulator(options)
  const owner = tg.addUser({ id: 11111111, first_name: 'Olga' })
  return {
    tg,
    api: new Api(tg.token, { apiRoot: tg.apiRoot }),
    owner,
    chat: tg.addPrivateChat(owner),
    [Symbol.asyncDispose]: () => tg[Symbol.asyncDispose](),
  }
}

/** Awaits a refusal and checks its words. */
export async function refused(
  call: Promise<unknown>,
  code: number,
  description: string,
): Promise<GrammyError> {
  const error = await call.then(
    result => assert.fail(`accepted: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof GrammyError, `not a Bot API error: ${String(error)}`)
  assert.equal(error.description, description)
  assert.equal(error.error_code, code)
  return error
}
