export default {
  en: {
    title: 'The record',
    none: 'Nothing yet. Whatever goes up or comes down gets a row here.',
    filter: 'Filter ( / )',
    gone: '{0} older rows, {1}',
    came: 'Row {0}: {1}',
  },
  zh: {
    title: '记录',
    none: '暂无内容。发出和收到的每一样都在此占一行。',
    filter: '筛选（ / ）',
    gone: '更早的 {0} 行，共 {1}',
    came: '第 {0} 行：{1}',
  },
}
