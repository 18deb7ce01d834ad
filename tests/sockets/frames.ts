import { randomBytes } from 'node:crypto'
import type { Random } from './random.ts'
import { operationBody } from './requests.ts'

export const handshake = (path = '/graphql', lines: readonly string[] = []): string =>
  [
    `GET ${path} HTTP/1.1`,
    'host: localhost',
    'connection: Upgrade',
    'upgrade: websocket',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
    'sec-websocket-version: 13',
    'sec-websocket-protocol: graphql-transport-ws',
    ...lines,
    '',
    '',
  ].join('\r\n')

/** An upgrade request, mostly a right one. */
export const handshakeBytes = (random: Random): string => {
  const path = random.chance(0.8) ? '/graphql' : random.pick(['//', 'http://[', '/', '*', '/graphql?%', '/graphql/', '\\\\'])
  const text = handshake(path)
  if (random.chance(0.7)) return text
  return random.pick([
    text.replace(/version: 13/, 'version: 99'),
    text.replace(/key: .*/, 'key: short'),
    text.replace(/protocol: .*/, 'protocol: ,,'),
    text.replace(/protocol: .*/, 'protocol: other'),
    text.replace('GET', 'POST'),
    text.replace('upgrade: websocket', 'upgrade: other'),
    text.replace(
      'sec-websocket-version',
      'sec-websocket-extensions: permessage-deflate; server_max_window_bits=99\r\nsec-websocket-version',
    ),
  ])
}

export type Frame = {
  readonly opcode: number
  readonly payload: Buffer
  readonly isFinal?: boolean
  readonly isMasked?: boolean
  readonly reserved?: number
  readonly claimed?: number
}

/** A frame of RFC 6455, section 5.2, right or wrong as it is asked for. */
export const frame = ({ opcode, payload, isFinal = true, isMasked = true, reserved = 0, claimed = payload.length }: Frame): Buffer => {
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const long = claimed > 65_535
  const length = claimed < 126 ? Buffer.from([claimed]) : Buffer.alloc(long ? 9 : 3)
  if (claimed >= 126) {
    length[0] = long ? 127 : 126
    if (long) length.writeBigUInt64BE(BigInt(claimed), 1)
    else length.writeUInt16BE(claimed, 1)
  }
  length[0] = (length[0] ?? 0) | (isMasked ? 0x80 : 0)
  if (!isMasked) return Buffer.concat([Buffer.from([first]), length, payload])
  const mask = randomBytes(4)
  return Buffer.concat([Buffer.from([first]), length, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))])
}

export const textFrame = (value: unknown): Buffer => frame({ opcode: 1, payload: Buffer.from(JSON.stringify(value) ?? '') })

const message = (random: Random): unknown => {
  const id = random.pick<unknown>(['1', '2', '', '__proto__', 'x'.repeat(500), 5, null])
  const payload = random.chance(0.7) ? operationBody(random) : random.pick<unknown>([null, [], 'x', { query: null }, {}])
  return random.pick<unknown>([
    {
      type: 'connection_init',
      payload: random.pick<unknown>([
        {},
        { authorization: 'Bearer x\r\ny: z' },
        { Authorization: '\u2028' },
        { 'x-country': 'FR' },
        [],
        null,
        'x',
        7,
      ]),
    },
    { type: 'subscribe', id, payload },
    { type: 'subscribe', id, payload },
    { type: 'complete', id },
    { type: 'ping', payload: random.pick<unknown>([{}, null, 'x']) },
    { type: 'pong' },
    { type: 'next', id, payload: {} },
    { type: 'constructor', id },
    random.pick<unknown>([null, [], 5, '', {}]),
  ])
}

/** What a client sends over an open WebSocket: mostly messages, some of them in frames that break the protocol. */
export const frameBytes = (random: Random): Buffer => {
  if (random.chance(0.6)) return textFrame(message(random))
  const payload = random.bytes(random.below(300))
  return random.pick([
    () => frame({ opcode: random.below(16), payload, isMasked: random.chance(0.7), reserved: random.chance(0.3) ? random.below(8) : 0 }),
    () => frame({ opcode: 1, payload: Buffer.from([0xc3, 0x28, 0xff]) }),
    () => frame({ opcode: 1, payload: Buffer.from('{"type":'), isFinal: false }),
    () => Buffer.concat([frame({ opcode: 1, payload, isFinal: false }), frame({ opcode: 0, payload, isFinal: random.chance(0.5) })]),
    () => frame({ opcode: 0, payload }),
    () => frame({ opcode: random.pick([8, 9, 10]), payload: random.bytes(200) }),
    () => frame({ opcode: 8, payload: Buffer.from([0, random.below(256), 0xff]) }),
    () => frame({ opcode: 1, payload, claimed: random.pick([2 ** 31, 2 ** 52, 300_000]) }),
    () => frame({ opcode: 1, payload: Buffer.alloc(300_000, 'x') }),
    () => textFrame('not a message'),
    () => frame({ opcode: 2, payload: Buffer.from('{"type":"connection_init"}') }),
  ])()
}
