// @ts-check
// The laboratory's view "type your own stream" as a page by itself: it needs no server, and here is none.
import { $, follow, say, set, t } from './page.js'
import { mount } from './type.js'
import { learn } from './words.js'
import type from './words/type.js'

const root = document.documentElement
learn({ type, site: { en: { home: 'Course' }, zh: { home: '课程' } } })
follow()
mount($('type'))
$('language').addEventListener('click', () => set({ lang: root.lang === 'zh' ? 'en' : 'zh' }))
$('theme').addEventListener('click', () => set({ theme: root.dataset.theme === 'dark' ? 'light' : 'dark' }))
addEventListener('hashchange', settle)
settle()

function settle() {
  follow()
  document.title = t('page.view-type')
  $('home').href = root.lang === 'zh' ? '../zh/course/' : '../course/'
  say($('theme'), root.dataset.theme === 'dark' ? 'page.light' : 'page.dark')
}
