export default {
  en: {
    none: 'Nothing yet. Whatever goes up or comes down gets a row here.',
    filter: 'Filter ( / )',
    gone: '{0} older rows, {1}',
  },
  zh: {
    none: '暂无内容。发出和收到的每一样都在此占一行。',
    filter: '筛选（ / ）',
    gone: '更早的 {0} 行，共 {1}',
  },
}
