import { projectJson } from '../dialects.ts'

const transcript = projectJson('specs/hosts/meridian/transcripts/03-sale-approved.json')
const [step] = transcript['steps'] as { hex: string }[]

/** A sale in meridian's dialect, without its frame. */
export const SALE: Buffer = Buffer.from(step?.hex ?? '', 'hex')

/** An IPv4 packet with a TCP segment, behind an Ethernet header. */
export function packetOf(payload: Buffer): Buffer {
  const ethernet = Buffer.concat([Buffer.alloc(12, 0x02), Buffer.of(0x08, 0x00)])
  const ip = Buffer.alloc(20)
  ip[0] = 0x45
  ip.writeUInt16BE(40 + payload.length, 2)
  ip[9] = 6
  const tcp = Buffer.alloc(20)
  tcp[12] = 0x50
  return Buffer.concat([ethernet, ip, tcp, payload])
}

/** The same behind an IPv6 header, without a link's. */
export function packet6Of(payload: Buffer): Buffer {
  const ip = Buffer.alloc(40)
  ip[0] = 0x60
  ip.writeUInt16BE(20 + payload.length, 4)
  ip[6] = 6
  const tcp = Buffer.alloc(20)
  tcp[12] = 0x50
  return Buffer.concat([ip, tcp, payload])
}
