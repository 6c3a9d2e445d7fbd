import { getAsset, isSea } from 'node:sea'
import type { Command } from '../command.ts'

/** The name under which `scripts/build/pack.ts` puts them in. */
export const licencesAsset = 'licences.txt'

const fromSources = 'Run from its sources: LICENSE is its own, and each package in node_modules has one'

export const command: Command = {
  examples: [['wa2tg licences | less', "this program's, and those of the parts that it carries"]],
  async run({ output }) {
    const words = isSea() ? getAsset(licencesAsset, 'utf8').trimEnd() : fromSources
    output.data(words, text => text)
    return 0
  },
}
