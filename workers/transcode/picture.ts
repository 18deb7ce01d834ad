import type { ProbedStream } from './ffprobe.ts'

/** How a picture is read and what is done to it so that it is upright, progressive, of square pixels and in BT.709. */
export type Picture = {
  readonly index: number
  /** Size as it is to be shown. */
  readonly width: number
  readonly height: number
  /** Filters before frames are timed, and after. */
  readonly deinterlace: readonly string[]
  readonly convert: readonly string[]
}

export const pictureOf = (stream: ProbedStream): Picture => {
  const { turn, isSideways } = orientationOf(stream)
  const stored = { width: Math.round((stream.width ?? 0) * pixelAspect(stream)), height: stream.height ?? 0 }
  const [width, height] = isSideways ? [stored.height, stored.width] : [stored.width, stored.height]
  return {
    index: stream.index,
    width,
    height,
    deinterlace: deinterlaceOf(stream),
    convert: [...turn, ...colourOf(stream, Math.min(width, height))],
  }
}

/** Width of a pixel by its height, 1 where the source does not say or says nonsense. */
const pixelAspect = ({ sample_aspect_ratio = '1:1' }: ProbedStream): number => {
  const [over = 0, under = 0] = sample_aspect_ratio.split(':').map(Number)
  const aspect = over / under
  return aspect >= 0.1 && aspect <= 10 ? aspect : 1
}

/** Of each orientation that a display matrix can ask for, by the signs of its a, b, c and d (ISO/IEC 14496-12, section 6.2.2). */
const turns: Readonly<Record<string, readonly string[]>> = {
  '1 0 0 1': [],
  '0 1 -1 0': ['transpose=clock'],
  '-1 0 0 -1': ['hflip', 'vflip'],
  '0 -1 1 0': ['transpose=cclock'],
  '-1 0 0 1': ['hflip'],
  '1 0 0 -1': ['vflip'],
  '0 1 1 0': ['transpose=cclock_flip'],
  '0 -1 -1 0': ['transpose=clock_flip'],
}

const orientationOf = ({ side_data_list = [] }: ProbedStream): { readonly turn: readonly string[]; readonly isSideways: boolean } => {
  const text = side_data_list.find(({ displaymatrix }) => displaymatrix !== undefined)?.displaymatrix ?? ''
  const [a = 1, b = 0, , c = 0, d = 1] = [...text.matchAll(/:\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)/g)].flatMap((row) => row.slice(1).map(Number))
  const isSideways = Math.abs(b) + Math.abs(c) > Math.abs(a) + Math.abs(d)
  const signs = (isSideways ? [0, b, c, 0] : [a, 0, 0, d]).map((each) => Math.sign(each) + 0)
  return { turn: turns[signs.join(' ')] ?? [], isSideways }
}

/** NOTE: frames that are marked as progressive pass unchanged, so that a film that mixes both is right too. */
const deinterlaceOf = ({ field_order, codec_name = '' }: ProbedStream): readonly string[] => {
  const isUnknown = field_order === undefined || field_order === 'unknown'
  const mayBe = isUnknown && ['mpeg2video', 'dvvideo', 'h264'].includes(codec_name)
  return ['tt', 'bb', 'tb', 'bt'].includes(field_order ?? '') || mayBe ? ['bwdif=mode=send_frame:deint=interlaced'] : []
}

/** Matrices by the name that the prober gives and the filter takes. */
const matrices: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  bt470bg: 'bt470bg',
  smpte170m: 'smpte170m',
  fcc: 'fcc',
  bt2020nc: 'bt2020nc',
  bt2020c: 'bt2020c',
  ycgco: 'ycgco',
  gbr: 'gbr',
}
/** White of a picture without high dynamic range, in cd/m² (ITU-R BT.2408). */
const whiteNits = 203
const isRgb = (format: string): boolean => /^(rgb|bgr|gbr|argb|abgr|0rgb|0bgr|pal8|x2rgb)/.test(format)

/** NOTE: what does not say is taken as players take it: BT.601 below 720 lines, BT.709 from there on. */
const matrixOf = ({ color_space = '', pix_fmt = '' }: ProbedStream, lines: number): string =>
  isRgb(pix_fmt) ? 'gbr' : (matrices[color_space] ?? (lines >= 720 ? 'bt709' : 'smpte170m'))

const colourOf = (stream: ProbedStream, lines: number): readonly string[] => {
  const { color_transfer = '', color_primaries, color_range, pix_fmt = '' } = stream
  const matrix = matrixOf(stream, lines)
  const isJpeg = pix_fmt.startsWith('yuvj')
  const isFull = !isJpeg && (color_range === 'pc' || isRgb(pix_fmt))
  // NOTE: the filter refuses odd sizes where chroma has half of them, and takes formats that are full by their name as limited;
  // what brings them into another format brings them into the limited range too.
  const even = [
    'crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0',
    ...(isRgb(pix_fmt) ? ['format=gbrp'] : []),
    ...(isJpeg ? [`format=${pix_fmt.replace('yuvj', 'yuv')}`] : []),
  ]
  const given = `matrixin=${matrix}:rangein=${isFull ? 'full' : 'limited'}`
  if (color_transfer === 'smpte2084' || color_transfer === 'arib-std-b67') return [...even, ...toneMapped(given, color_transfer)]
  const primaries = color_primaries === 'bt2020' ? ':primariesin=bt2020:primaries=bt709:transferin=bt709:transfer=bt709' : ''
  if (matrix === 'bt709' && !isFull && !isJpeg && primaries === '') return ['format=yuv420p']
  return [...even, `zscale=${given}:matrix=bt709:range=limited${primaries}`, 'format=yuv420p']
}

/** High dynamic range brought into what every screen shows; highlights are compressed, everything else stays as bright as it was. */
const toneMapped = (given: string, transfer: string): readonly string[] => [
  `zscale=${given}:primariesin=bt2020:transferin=${transfer}:transfer=linear:npl=${whiteNits}`,
  'format=gbrpf32le',
  'zscale=primaries=bt709',
  'tonemap=mobius:param=0.6:desat=0',
  'zscale=transfer=bt709:matrix=bt709:primaries=bt709:range=limited',
  'format=yuv420p',
]
