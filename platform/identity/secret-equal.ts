import { timingSafeEqual } from 'node:crypto'

/** Whether two secrets are the same, in a time that does not show how much of them is. */
export const secretEqual = (a: string | Uint8Array, b: string | Uint8Array): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
