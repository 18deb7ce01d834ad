import { generateKeyPairSync, sign } from 'node:crypto'

const [integer, octets, objectId, sequence, set, utf8, time, bits] = [0x02, 0x04, 0x06, 0x30, 0x31, 0x0c, 0x18, 0x03]

/** One value in DER (ITU-T X.690). */
const der = (tag: number, ...contents: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(contents.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : each)))
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const id = (hex: string): Buffer => der(objectId, Buffer.from(hex, 'hex'))

/** A certificate of this machine that signs itself (RFC 5280), for `localhost` and 127.0.0.1, and its key, in PEM. */
export const selfSigned = (): { readonly cert: string; readonly key: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = der(sequence, id('2a8648ce3d040302'))
  const name = der(sequence, der(set, der(sequence, id('550403'), der(utf8, 'localhost'))))
  const names = der(sequence, der(0x82, 'localhost'), der(0x87, Buffer.from([127, 0, 0, 1])))
  const extensions = der(sequence, der(sequence, id('551d11'), der(octets, names)))
  const certificate = der(
    sequence,
    ...[der(0xa0, der(integer, Buffer.from([2]))), der(integer, Buffer.from([1])), ecdsaWithSha256, name],
    ...[der(sequence, der(time, '20200101000000Z'), der(time, '20990101000000Z')), name],
    ...[publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, extensions)],
  )
  const signature = der(bits, Buffer.from([0]), sign('sha256', certificate, privateKey))
  const lines = der(sequence, certificate, ecdsaWithSha256, signature).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
