import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from './decide.ts'
import { readDefinition } from './definition.ts'
import { type Json, resolve } from './expressions.ts'

/** The expression that names what is at a path. */
const at = (path: string): string => ['$', `{${path}}`].join('')

const simple = (ref: string, inputParameters: Readonly<Record<string, unknown>> = {}) => ({
  name: `do.${ref}`,
  taskReferenceName: ref,
  type: 'SIMPLE',
  inputParameters,
})
const workflow = readDefinition({
  name: 'test',
  version: 1,
  schemaVersion: 2,
  tasks: [
    simple('plan', { of: at('workflow.input.of') }),
    {
      name: 'fork',
      taskReferenceName: 'fork',
      type: 'FORK_JOIN_DYNAMIC',
      inputParameters: { dynamicTasks: at('plan.output.tasks'), dynamicTasksInput: at('plan.output.inputs') },
      dynamicForkTasksParam: 'dynamicTasks',
      dynamicForkTasksInputParamName: 'dynamicTasksInput',
    },
    { name: 'join', taskReferenceName: 'join', type: 'JOIN' },
    { name: 'both', taskReferenceName: 'both', type: 'FORK_JOIN', forkTasks: [[simple('a'), simple('b')], [simple('c')]] },
    { name: 'last', taskReferenceName: 'last', type: 'JOIN', joinOn: ['b', 'c'] },
    simple('end', { parts: at('join.output'), b: at('last.output.b') }),
  ],
  outputParameters: { end: at('end.output') },
})
const parts = (count: number): Json => ({
  tasks: Array.from({ length: count }, (_, part) => ({ name: 'part', taskReferenceName: `p${part}`, type: 'SIMPLE' })),
  inputs: Object.fromEntries(Array.from({ length: count }, (_, part) => [`p${part}`, { part }])),
})

test('expressions keep the type of what they name, are put into texts, and give null for what is not there', () => {
  const scope = {
    input: { a: [{ b: 1 }], 'the name': true },
    outputs: new Map<string, Json>([['t', { list: ['x', 'y'], more: { z: null } }]]),
  }
  const given = {
    one: at('workflow.input.a[0].b'),
    list: at('t.output.list'),
    text: `a ${at('t.output.list[1]')} and ${at('workflow.input.a')}`,
    gone: at('t.output.more.z.deeper'),
    inherited: at('t.output.constructor'),
    nobody: at('u.output'),
    literal: `$${at('t.output')}`,
    nested: [{ deep: at('workflow.input.a[0].b') }],
  }
  assert.deepEqual(resolve(given, scope), {
    one: 1,
    list: ['x', 'y'],
    text: 'a y and [{"b":1}]',
    gone: null,
    inherited: null,
    nobody: null,
    literal: at('t.output'),
    nested: [{ deep: 1 }],
  })
})

test('in whatever order tasks are done, and however often it is asked: each is due once its own are done, and the end has all they gave', () => {
  fc.assert(
    fc.property(fc.nat({ max: 6 }), fc.infiniteStream(fc.nat()), (count, choices) => {
      const outputs = new Map<string, Json>()
      const input = { of: 'film' }
      for (let left = count + 6; left > 0; left -= 1) {
        const { due, output } = decide(workflow, { input, outputs })
        if (output !== undefined) break
        assert.ok(due.length > 0, 'there is always something to do')
        const chosen = due[(choices.next().value ?? 0) % due.length]
        assert.ok(chosen !== undefined && !outputs.has(chosen.ref))
        if (chosen.ref === 'plan') assert.deepEqual(chosen.input, { of: 'film' })
        if (chosen.ref === 'b') assert.ok(outputs.has('a'))
        if (chosen.ref.startsWith('p') && chosen.ref !== 'plan') assert.deepEqual(chosen.input, { part: Number(chosen.ref.slice(1)) })
        outputs.set(chosen.ref, chosen.ref === 'plan' ? parts(count) : chosen.ref === 'end' ? chosen.input : { did: chosen.ref })
      }
      const joined = Object.fromEntries(Array.from({ length: count }, (_, part) => [`p${part}`, { did: `p${part}` }]))
      assert.deepEqual(decide(workflow, { input, outputs }), { due: [], output: { end: { parts: joined, b: { did: 'b' } } } })
    }),
  )
})

test('a definition of a kind that is not known, or with one name twice, is refused when it is read', () => {
  const base = { name: 'x', version: 1, schemaVersion: 2, outputParameters: {} }
  assert.throws(() => readDefinition({ ...base, tasks: [{ ...simple('a'), type: 'HUMAN' }] }))
  assert.throws(() => readDefinition({ ...base, tasks: [simple('a'), simple('a')] }), /reference name a/)
})
