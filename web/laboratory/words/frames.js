export default {
  en: {
    title: 'Frames',
    none: 'Nothing yet. Whatever goes up or comes down gets a row here.',
    filter: 'Filter ( / )',
    gone: '{0} older frames, {1}',
    came: 'Frame {0}: {1}',
  },
  zh: {
    title: '帧',
    none: '暂无内容。发出和收到的每一帧都在此占一行。',
    filter: '筛选（ / ）',
    gone: '更早的 {0} 帧，共 {1}',
    came: '第 {0} 帧：{1}',
  },
}
