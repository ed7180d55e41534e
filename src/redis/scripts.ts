// Scripts that the engine runs, each as one step: nobody sees half of it, and no key is left without its expiry. They are
// sent whole every time (EVAL, some 300 bytes): an engine that was restarted, or another that took over, was told before
// of none.

/**
 * Reads a record, and has it live `ARGV[1]` milliseconds from now; 0: as long as it would. A closed one is as good as
 * none, and so is a key that is no hash.
 */
export const FIND = `
local record = redis.pcall('HGETALL', KEYS[1])
if record.err or redis.call('HEXISTS', KEYS[1], 'closed') == 1 then return {} end
if #record > 0 and tonumber(ARGV[1]) > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return record`

/**
 * Writes fields of a record, `ARGV[3]` a name, `ARGV[4]` its value, and so on; an empty value removes the field. It lives
 * `ARGV[1]` milliseconds from now. Returns 1; 0: there is none, and `ARGV[2]` is `known`, or there is one, and it is
 * `none`; -1: it was closed.
 */
export const WRITE = `
if redis.call('HEXISTS', KEYS[1], 'closed') == 1 then return -1 end
if ARGV[2] ~= 'any' and (redis.call('EXISTS', KEYS[1]) == 1) ~= (ARGV[2] == 'known') then return 0 end
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`

/** Closes a record: for `ARGV[1]` milliseconds nobody can write it again, as one could that has not heard of it yet. */
export const CLOSE = `
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'closed', '1')
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`

/** Sets a field of a record that is there. Returns what it was. */
export const SWAP = `
if redis.call('EXISTS', KEYS[1]) == 0 then return '' end
local before = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return before or ''`

/**
 * Counts a session of all, `ARGV[1]`, for `ARGV[2]` milliseconds; 0: it is over. Returns 0 where there are `ARGV[3]`
 * already.
 */
export const COUNT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if tonumber(ARGV[2]) == 0 then return redis.call('ZREM', KEYS[1], ARGV[1]) end
local isNew = not redis.call('ZSCORE', KEYS[1], ARGV[1])
if isNew and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`

/**
 * Appends entries to the log of a stream: `ARGV[4]` a number, `ARGV[5]` its data, and so on; `ARGV[3]` goes with each.
 * `end` instead of a number is the last. The newest `ARGV[2]` are kept. Returns 0 where a number is not above those that
 * are there, or the log has ended. A list takes a tenth of the memory of a Stream of one entry.
 */
export const APPEND = `
local last = redis.call('LINDEX', KEYS[1], -1)
local number = tonumber(string.match(last or '-1', '^-?%d+'))
for i = 4, #ARGV, 2 do
  if not number or (ARGV[i] ~= 'end' and tonumber(ARGV[i]) <= number) then return 0 end
  number = tonumber(ARGV[i])
  redis.call('RPUSH', KEYS[1], ARGV[i] == 'end' and 'end' or ARGV[i] .. ' ' .. ARGV[3] .. '\\n' .. ARGV[i + 1])
end
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[2]), -1)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`

/**
 * Adds an entry that all nodes read. The newest `ARGV[2]` are kept; and after one of more than 1 KiB, where all have more
 * than `ARGV[4]` bytes (without it: as many as they want), the newer half, as often as it takes.
 */
export const PUBLISH = `
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'd', ARGV[3])
while ARGV[4] and #ARGV[3] > 1024 and redis.call('XLEN', KEYS[1]) > 1
  and redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', '0') > tonumber(ARGV[4]) do
  redis.call('XTRIM', KEYS[1], 'MAXLEN', math.floor(redis.call('XLEN', KEYS[1]) / 2))
end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`

/** Adds an entry for one node. Returns 0 where `ARGV[2]` wait already, or a large one would make them 64 MiB. */
export const SEND = `
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
local large = #ARGV[3] > 65536 and redis.call('MEMORY', 'USAGE', KEYS[1]) or 0
if large + #ARGV[3] > 67108864 then return 0 end
redis.call('XADD', KEYS[1], '*', 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`

/** Says that a node, `ARGV[1]`, lives `ARGV[2]` milliseconds more. Returns the time, and all nodes that live. */
export const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local nodes = redis.call('ZRANGE', KEYS[1], 0, -1)
table.insert(nodes, 1, tostring(now))
return nodes`

/** Draws `ARGV[1]` milliseconds' worth from a bucket, which may be in debt. Returns the milliseconds until it is full. */
export const DRAW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now)) + ARGV[1]
local left = math.ceil(full - now)
redis.call('SET', KEYS[1], full, 'PX', left)
return left`
