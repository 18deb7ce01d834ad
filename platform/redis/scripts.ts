import type { Redis } from 'ioredis'

/** Scripts run on the server, each as one step. Offsets are those of the header in `value.ts`. */
const replaceSource = `
local old = redis.call('GETRANGE', KEYS[1], 1, 32)
if string.sub(old, 17) ~= ARGV[1] then return '' end
local stamp = math.max(struct.unpack('>d', string.sub(ARGV[2], 2, 9)), struct.unpack('>d', string.sub(old, 1, 8)) + 0.001)
local frame = string.sub(ARGV[2], 1, 1) .. struct.pack('>d', stamp) .. string.sub(ARGV[2], 10)
redis.call('SET', KEYS[1], frame, 'PX', ARGV[3])
return frame`

const newerSource = `
local old = redis.call('GETRANGE', KEYS[1], 1, 8)
if #old == 8 and struct.unpack('>d', old) >= struct.unpack('>d', string.sub(ARGV[1], 2, 9)) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const touchSource = `
if redis.call('STRLEN', KEYS[1]) < 33 then return '' end
redis.call('SETRANGE', KEYS[1], 9, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('GETRANGE', KEYS[1], 0, 44)`

/** Puts a frame in the place of one whose value has this digest; gives the frame as it was kept, or null. */
export const replaceFrame = async (redis: Redis, key: string, { digest, frame, lifeMs }: Replacement): Promise<Buffer | null> => {
  const kept = (await redis.callBuffer('EVAL', replaceSource, 1, key, digest, frame, lifeMs)) as Buffer
  return kept.length === 0 ? null : kept
}
type Replacement = { readonly digest: Buffer; readonly frame: Buffer; readonly lifeMs: number }

/** Puts a frame where there is none, or one with a lower stamp. */
export const putNewer = async (redis: Redis, key: string, { frame, lifeMs }: Omit<Replacement, 'digest'>): Promise<void> =>
  void (await redis.eval(newerSource, 1, key, frame, lifeMs))

/** Gives a kept value a new end of its life; gives its header, or null when there is none. */
export const touchFrame = async (redis: Redis, key: string, { expiresAt, lifeMs }: Touch): Promise<Buffer | null> => {
  const end = Buffer.alloc(8)
  end.writeDoubleBE(expiresAt)
  const header = (await redis.callBuffer('EVAL', touchSource, 1, key, end, lifeMs)) as Buffer
  return header.length === 0 ? null : header
}
type Touch = { readonly expiresAt: number; readonly lifeMs: number }
