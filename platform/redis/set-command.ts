import { Command, type Redis } from 'ioredis'

/** `SET key value PX ms` as it goes over the wire (RESP2, an array of bulk strings), so that it is written once for all zones. */
export const encodedSet = (key: string, value: Buffer, lifeMs: number): Buffer => {
  const life = String(lifeMs)
  const head = `*5\r\n$3\r\nSET\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n$${value.length}\r\n`
  const tail = `\r\n$2\r\nPX\r\n$${life.length}\r\n${life}\r\n`
  const headBytes = Buffer.byteLength(head)
  const bytes = Buffer.allocUnsafe(headBytes + value.length + tail.length)
  bytes.write(head)
  value.copy(bytes, headBytes)
  bytes.write(tail, headBytes + value.length, 'latin1')
  return bytes
}

class EncodedSet extends Command {
  readonly #bytes: Buffer
  constructor(key: string, bytes: Buffer) {
    super('set', [key])
    this.#bytes = bytes
  }
  override toWritable(): Buffer {
    return this.#bytes
  }
}

/** Sends what `encodedSet` has made of this key. */
export const sendSet = (redis: Redis, key: string, bytes: Buffer): Promise<unknown> => {
  const command = new EncodedSet(key, bytes)
  redis.sendCommand(command)
  return command.promise
}
