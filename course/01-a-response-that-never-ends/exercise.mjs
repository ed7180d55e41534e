// Lesson 1. This is what most of us write first. It works for the first test; make it work for all of them.
// 第 1 课：大多数人第一次就是这么写的。第一个测试它过得了；请让它全都过得了。
// npm run lesson 1

/**
 * One message as it goes over the wire.
 * 一条消息，按线路上的样子写出来：每行以 LF 结束，最后是一个空行。
 * @param {{ event?: string, data?: string, id?: string, retry?: number, comment?: string }} message
 * @returns {string} its lines, each ended by LF, and a blank line at the end
 */
export function encode({ event, data, id, retry, comment }) {
  // TODO 1: the order is comment, event, id, retry, data. Leave out what is absent. An empty string is not
  //   absent; only an empty event type is left out, for it means the same as none.
  //   次序是 comment、event、id、retry、data，没给的就不写。空字符串不等于没给；只有空的事件类型不写，因为写了也等于没写。
  // TODO 2: data and comment may have several lines: one `data: ` or `: ` line for each. A line ends at CR LF, CR or LF.
  //   data 和 comment 可以有好几行，每行各写成一行 `data: ` 或 `: `。行尾可以是 CR LF、CR、LF。
  // TODO 3: a line end in event or id, or a NUL in id, would change what the reader sees: throw.
  //   event 或 id 里有行尾，id 里有 NUL，读的人看到的就变了：抛错。
  // TODO 4: retry is a whole number of milliseconds, 0 or more, and small enough to be exact: 1e21 would be written as
  //   1e+21, which is no number for any reader. Any other retry, a message with nothing in it, or a wrong type: throw.
  //   retry 是毫秒数：整数，不小于 0，也不能大得不精确（1e21 会写成 1e+21，谁读都不是数字）。retry 不对、什么都没有、
  //   类型不对，都抛错。
  let text = ''
  if (event) text += `event: ${event}\n`
  if (data) text += `data: ${data}\n`
  if (id) text += `id: ${id}\n`
  if (retry) text += `retry: ${retry}\n`
  if (comment) text += `: ${comment}\n`
  return `${text}\n`
}
