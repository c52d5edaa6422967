/** Takes in events of another store. That one was seen before stands among the dedupe ids, under a name of its own. */
export const restoreLua = `
local since, count = tonumber(next_arg()), tonumber(next_arg())
local results = {}
for i = 1, count do
  local has_key, key, has_dedupe, dedupe, origin = next_arg(), next_arg(), next_arg(), next_arg(), next_arg()
  local topic, data, state, attempts = next_arg(), next_arg(), next_arg(), next_arg()
  local enqueued, due, settled, behind = next_arg(), next_arg(), next_arg(), next_arg() == '1'
  local failure, class, message = next_arg(), next_arg(), next_arg()
  if has_key == '0' then key = false end
  local names = { 'restored:' .. origin }
  if has_dedupe == '1' then names[2] = dedupe end
  local copy = false
  for _, name in ipairs(names) do
    local at = call('ZSCORE', base .. 'hf:dedupe:at', name)
    if not copy and at and tonumber(at) > since then copy = call('HGET', base .. 'hf:dedupe', name) end
  end
  if copy then
    call('HINCRBY', base .. 'hf:settings', 'duplicates', 1)
    results[i] = { copy, 'duplicate' }
  else
    local id = whole(call('INCR', base .. 'id'))
    local job = base .. id
    call('HSET', job, 'name', topic, 'data', data, 'opts', '{"attempts":1000000}', 'timestamp', enqueued,
      'delay', 0, 'priority', 0, 'atm', attempts, 'hf:v', 1, 'hf:due', due)
    emit('added', id, 'name', topic)
    if failure ~= '' then call('HSET', job, 'hf:failure', failure, 'hf:class', class) end
    if has_dedupe == '1' then call('HSET', job, 'hf:dedupe', dedupe) end
    for _, name in ipairs(names) do
      call('HSET', base .. 'hf:dedupe', name, id)
      call('ZADD', base .. 'hf:dedupe:at', now, name)
    end
    if key then call('HSET', job, 'hf:key', key) end
    if state == 'dead' then
      call('HSET', job, 'failedReason', message, 'stacktrace', '[]', 'finishedOn', settled)
      call('ZADD', base .. 'failed', settled, id)
      call('ZADD', base .. 'hf:dead', id, id)
      if key then
        call('ZADD', base .. 'hf:key:' .. key, id, id)
        if class ~= 'dependency' then call('ZADD', base .. 'hf:dead:' .. key, id, id) end
      end
    else
      call('ZADD', base .. 'hf:open', id, id)
      if key then enter(id, key, behind) else open(id) end
    end
    results[i] = { id, 'stored' }
  end
end
tell()
return results
`;

/** What a redaction has to look at. */
export const confessLua = `
local id = next_arg()
if not exists(id) then return false end
local known = call('HMGET', base .. id, 'data', 'hf:failure')
return { known[1], known[2], call('LRANGE', base .. id .. ':logs', 0, -1) }
`;

/** Writes what was made of it, unless it has changed since. */
export const redactLua = `
local id, was, data, old_failure, failure, message = next_arg(), next_arg(), next_arg(), next_arg(), next_arg(), next_arg()
local lines, last = tonumber(next_arg()), next_arg()
local job, log = base .. id, base .. id .. ':logs'
if not exists(id) then return 'gone' end
local known = call('HMGET', job, 'data', 'hf:failure')
if known[1] ~= was or (known[2] or '') ~= old_failure then return 'again' end
if call('LLEN', log) ~= lines or (call('LINDEX', log, -1) or '') ~= last then return 'again' end
call('HSET', job, 'data', data)
if failure ~= '' then call('HSET', job, 'hf:failure', failure) end
if call('HEXISTS', job, 'failedReason') == 1 then call('HSET', job, 'failedReason', message) end
for i = 1, lines do call('LSET', log, i - 1, next_arg()) end
return 'ok'
`;
