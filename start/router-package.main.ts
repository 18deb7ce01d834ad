import { packageName, writeRouterPackage } from './router-package.ts'

// `npm run router:package -- FOLDER`: the gateway as a package of its own, for `npm pack` and `npm install`.
const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('npm run router:package -- <folder>\n')
  process.exit(1)
}
await writeRouterPackage(folder)
process.stdout.write(`${packageName} is in ${folder}; \`npm pack ${folder}\` makes the file that npm installs\n`)
