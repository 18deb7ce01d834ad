import { type FileHandle, open } from 'node:fs/promises'

/** How files begin that are taken for films by mistake; a `?` stands for any byte. */
const signatures: readonly { readonly starts: readonly string[]; readonly what: string }[] = [
  { starts: ['%PDF'], what: 'it is a PDF document, not a film' },
  {
    starts: [
      '\x89PNG',
      '\xff\xd8\xff',
      'GIF8',
      'BM',
      'II*\0',
      'MM\0*',
      'RIFF????WEBP',
      ...['heic', 'heix', 'mif1', 'msf1', 'avif'].map((brand) => `????ftyp${brand}`),
    ],
    what: 'it is a picture, not a film',
  },
  { starts: ['PK\x03\x04', '\x1f\x8b', '7z\xbc\xaf', 'Rar!', 'BZh', '\xfd7zXZ'], what: 'it is an archive; unpack it first' },
  { starts: ['ID3', 'fLaC', 'RIFF????WAVE', 'FORM????AIF', '\xff\xfb', '\xff\xf3', '\xff\xf2'], what: 'it is sound without a picture' },
  { starts: ['#EXTM3U', 'ffconcat', '<MPD'], what: 'it is a playlist, which only names other files' },
  { starts: ['MZ', '\x7fELF', '#!'], what: 'it is a program, not a film' },
]

const startsWith = (head: string, start: string): boolean => [...start].every((sign, at) => sign === '?' || head[at] === sign)

const headBytes = 4_096
const formats = 'MP4, MOV, Matroska, WebM, MPEG-TS, MPEG-PS, AVI, FLV, ASF, Ogg, MXF and DV are'

/** Why a file that no demuxer takes is no film, in words for the one who uploaded it. */
export const whyUnreadable = async (file: string): Promise<string> => {
  await using handle = await open(file)
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  const head = buffer.toString('latin1', 0, bytesRead)
  if (bytesRead === 0) return 'the file is empty'
  const body = head.replace(/^\s*(<\?xml[^>]*>)?\s*/, '')
  const known = signatures.find(({ starts }) => starts.some((start) => startsWith(head, start) || startsWith(body, start)))
  if (known !== undefined) return known.what
  if (/^\0*$/.test(head)) return 'it holds nothing but zeros'
  if (head.slice(4, 8) === 'ftyp') return whyUnreadableMovie((await topBoxes(handle)).map(({ type }) => type))
  if (isText(buffer.subarray(0, bytesRead))) return 'it is a text, not a film'
  return `its format is not known, or it is damaged at its beginning; ${formats} taken`
}

const isText = (bytes: Buffer): boolean => {
  const text = new TextDecoder('utf-8').decode(bytes)
  return (text.match(/(?!\s)[\p{Cc}\ufffd]/gu)?.length ?? 0) < text.length / 100
}

const whyUnreadableMovie = (types: readonly string[]): string =>
  types.includes('moov')
    ? 'its index (moov) is damaged'
    : 'its index (moov) is missing: the recording was not finished, or the file was cut off while it was copied'

type TopBox = { readonly type: string; readonly start: number; readonly end: number }

/** The boxes at the top of a file, as far as they can be followed; the last may end beyond it. */
export const topBoxes = async (handle: FileHandle): Promise<readonly TopBox[]> => {
  const { size: fileBytes } = await handle.stat()
  const boxes: TopBox[] = []
  const head = Buffer.alloc(16)
  for (let start = 0; start + 8 <= fileBytes && boxes.length < 1_000_000; ) {
    const { bytesRead } = await handle.read(head, 0, 16, start)
    const short = head.readUInt32BE(0)
    const size = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short
    const end = size < 8 ? fileBytes : start + size
    boxes.push({ type: head.toString('latin1', 4, 8), start, end })
    start = end
  }
  return boxes
}
