// Lesson 7. Eight set-ups that failed; their logs are in logs.txt. What was wrong, and what mends it?
// The words to choose from are in the tables of the lesson. A and F were filled in by somebody in a hurry.
// 第 7 课：八种连不上的配置，日志在 logs.txt 里。错在哪里，怎么改？可选的词在课文的表里。A 和 F 是有人匆匆填的。
// npm run lesson 7

export const answers = {
  A: { cause: 'proxy-holds-back', fix: 'turn-off-buffering' },
  B: { cause: '', fix: '' }, // TODO
  C: { cause: '', fix: '' }, // TODO
  D: { cause: '', fix: '' }, // TODO
  E: { cause: '', fix: '' }, // TODO
  F: { cause: 'no-token', fix: 'send-a-token' },
  G: { cause: '', fix: '' }, // TODO
  H: { cause: '', fix: '' }, // TODO
}
