import { randomInt } from 'node:crypto'
import type { Stage } from '../stage.ts'
import type { Faults } from './faults.ts'

/** What WhatsApp's servers do, and the phones of others. */
export const whatsapp: Faults = {
  'WhatsApp cuts the connection': ({ world }) => world.wa.dropConnection(),
  'WhatsApp restarts (503)': ({ world }) => world.wa.streamError(503),
  'WhatsApp asks for a new connection (515)': ({ world }) => world.wa.streamError(515),
  'WhatsApp finds the stream malformed': ({ world }) =>
    world.wa.streamError({ child: 'xml-not-well-formed' }),
  'WhatsApp refuses the next login (500)': refuseLogin(500),
  'WhatsApp refuses the next login (503)': refuseLogin(503),
  'WhatsApp delivers, but the ack is lost': planned(wa => wa.cutNextSend('before-ack')),
  'WhatsApp breaks before it delivers': planned(wa => wa.cutNextSend('before-delivery')),
  'WhatsApp refuses a message for now (479)': planned(wa => wa.refuseNext(479)),
  'WhatsApp holds acks back': async stage => {
    stage.world.wa.holdAcks(true)
    await stage.spell()
    stage.world.wa.holdAcks(false)
  },
  'WhatsApp says nothing, and cuts the line': async stage => {
    stage.world.wa.silence(true)
    await stage.spell()
    stage.world.wa.silence(false)
    stage.world.wa.dropConnection()
  },
  'WhatsApp passes nothing on, and cuts the line': async stage => {
    stage.world.wa.deafen()
    await stage.spell()
    stage.world.wa.dropConnection()
  },
  'WhatsApp hands a message of ours back': async ({ world }) => {
    const last = world.wa.transcript.findLast(({ from }) => from === 'bridge')
    if (last !== undefined) await world.wa.phone.echo(last.id)
  },
  'a phone cannot read what comes next': stage => anybody(stage)?.failToRead(1),
  'others use up the prekeys': ({ world }) => world.wa.takePreKeys(3),
  'the media host breaks a download': stage => stage.downloadFaults.push({ kind: 'cut', after: 20 }),
  'the media host answers a download 503': stage =>
    stage.downloadFaults.push({ kind: 'status', status: 503 }),
  'the media host breaks an upload': upload({ kind: 'cut', after: 20 }),
  'the media host answers an upload 503': upload({ kind: 'status', status: 503 }),
  'the media host stores, but the answer is lost': upload({ kind: 'lost-reply' }),
}

/** Not while another one waits: pauses grow behind each, so a heap of them would keep the bridge away for hours. */
function planned(plan: (wa: Stage['world']['wa']) => void): Faults[string] {
  return ({ world: { wa } }) => {
    if (wa.faultsWaiting > 0) return false
    plan(wa)
    return true
  }
}

function refuseLogin(code: number): Faults[string] {
  return planned(wa => {
    wa.refuseNextLogin(code)
    wa.dropConnection()
  })
}

function upload(fault: Parameters<Stage['world']['wa']['media']['faultUploads']>[0]): Faults[string] {
  return ({ world: { wa } }) => {
    if (wa.media.uploadFaultsWaiting > 0) return false
    wa.media.faultUploads(fault, 1)
    return true
  }
}

const anybody = ({ rooms }: Stage) => {
  const people = rooms.flatMap(room => room.people)
  return people[randomInt(people.length)]
}
