export default {
  en: {
    speed: 'Speed',
    step: 'step',
    next: 'Next · {0} waiting',
    none: 'Next · nothing waits',
    begin: 'It has begun. Press Next: each press draws one thing.',
    held: 'Each is held for 0.7 s or longer.',
    time: 'true time {0} s, +{1} ms',
    said: '{0}: true time {1} s, {2} ms after the one before',
  },
  zh: {
    speed: '速度',
    step: '单步',
    next: '下一个（还有 {0} 个）',
    none: '下一个（还没有）',
    begin: '已经开始。按“下一个”，每按一次画出一个。',
    held: '每一个至少停留 0.7 s。',
    time: '实际时间 {0} s，+{1} ms',
    said: '{0}：实际时间 {1} s，比上一个晚 {2} ms',
  },
}
