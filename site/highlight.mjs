// Highlighted code names roles, not colours: `var(--code-token-string)`. What they are is in code.css.
import { createCssVariablesTheme } from 'shiki'

export const theme = createCssVariablesTheme({ variablePrefix: '--code-' })
