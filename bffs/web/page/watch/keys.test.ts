import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clockOf, spokenClock } from './clock.ts'
import { commandOf, type Focus, rateAfter } from './keys.ts'
import { fresh, parseRemembered, rates } from './remembered.ts'

const plain = { ctrlKey: false, metaKey: false, altKey: false }
const pressed = (key: string, focus: Focus = 'none') => commandOf({ ...plain, key }, focus)

test('a key does in the player what it does elsewhere, and is left alone where it belongs to somebody else', () => {
  assert.deepEqual(pressed('k'), { do: 'toggle' })
  assert.deepEqual(pressed('K'), { do: 'toggle' })
  assert.deepEqual(pressed('7'), { do: 'to', share: 0.7 })
  assert.equal(pressed(' ', 'button'), undefined, 'a button is pressed by the space bar')
  assert.deepEqual(pressed('ArrowLeft', 'button'), { do: 'jump', seconds: -10 })
  assert.equal(pressed('ArrowUp', 'slider'), undefined)
  assert.equal(pressed('c', 'list'), undefined, 'a letter looks for an entry of the list')
  assert.equal(pressed('m', 'text'), undefined)
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'])
    assert.equal(commandOf({ ...plain, [modifier]: true, key: 'f' }, 'none'), undefined)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'toString', 'Escape', 'Tab')), (key) => {
      const command = pressed(key)
      assert.ok(command === undefined || typeof command.do === 'string')
    }),
  )
  assert.equal(pressed('Tab'), undefined)
  assert.equal(pressed('Escape'), undefined)
})

test('the speed goes up and down by its steps and no further', () => {
  assert.equal(rateAfter(1, 1), 1.25)
  assert.equal(rateAfter(rates.at(-1) ?? 0, 1), rates.at(-1))
  assert.equal(rateAfter(rates[0] ?? 0, -1), rates[0])
  assert.equal(rateAfter(1.1, 1), 1.25, 'one that is no step counts as 1')
})

test('whatever was kept on the device, the player begins with settings that make sense', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (kept) => {
      const { volume, rate, isMuted, height } = parseRemembered(kept)
      assert.ok(volume >= 0 && volume <= 1 && rates.includes(rate) && typeof isMuted === 'boolean')
      assert.ok(height === null || typeof height === 'number')
    }),
  )
  assert.deepEqual(parseRemembered('{"volume":"loud","rate":17,"audio":4}'), fresh)
  const own = { height: 360, audio: 'Deutsch', subtitles: 'English', volume: 0.3, isMuted: true, rate: 1.5, autoplay: false }
  assert.deepEqual(parseRemembered(JSON.stringify(own)), own)
})

test('times are read and spoken as people do', () => {
  assert.deepEqual([0, 65, 3725, Number.NaN, -3].map(clockOf), ['0:00', '1:05', '1:02:05', '0:00', '0:00'])
  assert.deepEqual([0, 1, 3725].map(spokenClock), ['0 seconds', '1 second', '1 hour 2 minutes 5 seconds'])
})
