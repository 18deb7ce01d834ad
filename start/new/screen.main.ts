import { runOnce } from './run-once.ts'
import { newScreen } from './screen.ts'

// npm run new:screen -- DEVICE NAME
await runOnce(async () => {
  const [device = '', name = ''] = process.argv.slice(2)
  const files = await newScreen(device, name)
  return [...files.toSorted(), '', 'Next: npm run codegen; docs/guides/add-a-screen.md says what to fill in.'].join('\n')
})
