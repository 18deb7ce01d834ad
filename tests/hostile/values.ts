/** Values that a program which means no good, or knows no better, sends in the place of any argument. */
const base64 = (text: string): string => Buffer.from(text).toString('base64url')

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00b',
  '\u202e\u200f\u0000',
  '\u202eabc',
  '\uffff',
  'constructor',
  '__proto__',
  'toString',
  "'; drop table profile.account; --",
  '%00',
  'x'.repeat(5_000),
  'x'.repeat(150_000),
  '🎬'.repeat(30_000),
]
/** Texts that are cursors in form. */
const cursors = [
  base64('[1,"a\\u0000"]'),
  base64('[1e999,"a"]'),
  base64('[null,null]'),
  base64('{"length":2}'),
  base64('+275760-09-13T00:00:00.000Z'),
  base64('-271821-04-20T00:00:00.000Z'),
  base64('0000-01-01T00:00:00.000Z'),
  base64('9999-12-31T23:59:59.999Z\0'),
]
const numbers = [-1, 0, -5, 101, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1e308, 0.5]
const shapes = [null, true, [], [null], {}, [[[]]], JSON.parse('{"__proto__": {"a": 1}}'), JSON.parse('{"constructor": 1}')]

export const hostileValues: readonly unknown[] = [...texts, ...cursors, ...numbers, ...shapes]
/** In the place of a list. */
export const hostileLists: readonly unknown[] = [
  [],
  ['\0'],
  ['\ud800'],
  Array.from({ length: 101 }, (_, at) => `t-${at}`),
  Array.from({ length: 12_000 }, () => 'x'),
]
