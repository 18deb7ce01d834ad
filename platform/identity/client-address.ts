import { BlockList, isIPv4, isIPv6 } from 'node:net'

const thisMachine = new BlockList()
thisMachine.addSubnet('127.0.0.0', 8, 'ipv4')
thisMachine.addAddress('::1', 'ipv6')

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))

/** The network of an IPv6 address, its first 64 bits: one line has all of them (RFC 6177). */
const networkOf = (address: string): string => {
  const [head = '', tail] = address.split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const between = tail === undefined ? 0 : 8 - before.length - after.length
  const groups = [...before, ...Array<string>(Math.max(0, between)).fill('0'), ...after]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/**
 * Whose line an address is, as a key to count by: an IPv4 address, or the network of an IPv6 one. Null for this machine, behind
 * which anybody may be, and for what is no address.
 */
export const lineOf = (address: string): string | null => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (isIPv4(plain)) return thisMachine.check(plain, 'ipv4') ? null : plain
  if (!isIPv6(plain) || thisMachine.check(plain, 'ipv6')) return null
  return plain.includes('.') ? plain : networkOf(plain)
}
