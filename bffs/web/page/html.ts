import htm from 'htm'
import { h, type VNode } from 'preact'

type Template = (strings: TemplateStringsArray, ...values: unknown[]) => VNode
/** NOTE: the package's own types describe its CommonJS build, where the browser gets the module. */
type Htm = { readonly bind: (element: typeof h) => Template }

/** JSX without a compiler: a tagged template that makes Preact elements. */
export const html = (htm as unknown as Htm).bind(h)
