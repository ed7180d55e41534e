// The generator's own theme, without the fonts that it brings, in the colours of all our pages.
import DefaultTheme from 'vitepress/theme-without-fonts'
import '../../staged/tokens.css'
import '../../code.css'
import './site.css'

export default DefaultTheme
