import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readThumbnails, thumbnailAt } from './thumbnails.ts'

const vtt = `WEBVTT

00:00:00.000 --> 00:00:04.000
thumbnails/00001.jpg#xywh=0,0,160,90

00:00:04.000 --> 00:00:08.000
thumbnails/00001.jpg#xywh=160,0,160,90

01:00:00.500 --> 01:00:04.000
a cue of words

01:00:04.500 --> 01:00:08.000
thumbnails/00037.jpg#xywh=320,90,160,90
`

test('the pictures of a film are read by their time and place, and words are passed over', () => {
  const read = readThumbnails(vtt, 'http://edge/token/streams/t/thumbnails.vtt')
  assert.deepEqual(
    read.map(({ from, sheet, x, y }) => [from, sheet, x, y]),
    [
      [0, 'http://edge/token/streams/t/thumbnails/00001.jpg', 0, 0],
      [4, 'http://edge/token/streams/t/thumbnails/00001.jpg', 160, 0],
      [3604.5, 'http://edge/token/streams/t/thumbnails/00037.jpg', 320, 90],
    ],
  )
  assert.deepEqual(readThumbnails(vtt.replaceAll('\n', '\r\n'), 'http://edge/x/thumbnails.vtt').length, 3)
  assert.equal(thumbnailAt(read, 7)?.x, 160)
  assert.equal(thumbnailAt(read, 9_999)?.y, 90)
  assert.equal(thumbnailAt([], 7), undefined)
})
