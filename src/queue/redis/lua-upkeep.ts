import { readFields } from "./lua-lease.ts";

/** Frees leases whose time ran out, a few at a time, and looks at some lanes whether another tool left them stuck. */
export const recoverLua = `
local lease_now, max_stalls, limit, looks = next_arg(), tonumber(next_arg()), next_arg(), next_arg()
local before_stalls, after_stalls, class, code, message = next_arg(), next_arg(), next_arg(), next_arg(), next_arg()
local released, dead = 0, 0
for _, id in ipairs(call('ZRANGE', base .. 'hf:leases', '-inf', lease_now, 'BYSCORE', 'LIMIT', 0, limit)) do
  local job = base .. id
  end_lease(id)
  if exists(id) then
    local known = call('HMGET', job, 'hf:key', 'atm')
    local key, attempt = known[1], tonumber(known[2] or 0) + 1
    local stalls = call('HINCRBY', job, 'stc', 1)
    note(id, 'stalled', attempt, '', 'null', 'null', 'null')
    if stalls > max_stalls then
      local failure = before_stalls .. stalls .. after_stalls
      call('HSET', job, 'hf:failure', failure, 'hf:class', class, 'failedReason', message, 'stacktrace', '[]')
      finish(id, key, 'failed', 'hf:dead')
      call('ZADD', base .. 'hf:untold', now, id)
      note(id, 'dead', attempt, code, failure, 'null', 'null')
      regate(key)
      dead = dead + 1
    else
      emit('stalled', id)
      put_back(id, key)
      released = released + 1
    end
  end
end
-- Another tool may have removed the head of a lane, or the dead letter that held it.
local cursor = call('HGET', base .. 'hf:settings', 'lane cursor') or '0'
local page = call('HSCAN', base .. 'hf:front', cursor, 'COUNT', looks)
call('HSET', base .. 'hf:settings', 'lane cursor', page[1])
for i = 1, #page[2], 2 do regate(page[2][i]) end
-- Or a worker of its own may have taken a job and died.
if call('LLEN', base .. 'active') ~= call('ZCARD', base .. 'hf:leases') then
  for _, id in ipairs(call('LRANGE', base .. 'active', 0, 999)) do
    if not call('ZSCORE', base .. 'hf:leases', id) and call('EXISTS', base .. id .. ':lock') == 0 then
      call('LREM', base .. 'active', 1, id)
      call('LPUSH', base .. 'wait', id)
      work = true
    end
  end
end
tell()
return { released, dead }
`;

/** Puts dead letters back where they stood; one whose key is being worked on waits for that. */
export const redriveLua = `
local by, count, did = next_arg(), tonumber(next_arg()), 0
for _ = 1, count do
  local id = next_arg()
  if exists(id) and call('ZREM', base .. 'failed', id) == 1 then
    local job = base .. id
    local key = call('HGET', job, 'hf:key')
    call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason')
    call('HSET', job, 'atm', 0, 'stc', 0, 'hf:due', 0)
    call('ZREM', base .. 'hf:dead', id)
    call('ZREM', base .. 'hf:untold', id)
    call('ZADD', base .. 'hf:open', id, id)
    note(id, 'redriven', 0, '', 'null', by, 'null')
    if key then
      call('ZREM', base .. 'hf:dead:' .. key, id)
      call('ZADD', base .. 'hf:lane:' .. key, id, id)
      call('ZADD', base .. 'waiting-children', now, id)
      regate(key)
    else
      open(id)
    end
    did = did + 1
  end
end
tell()
return did
`;

/** Ends dead letters for good and lets what waited behind them go. */
export const discardLua = `
local by, reason, count, did = next_arg(), next_arg(), tonumber(next_arg()), 0
for _ = 1, count do
  local id = next_arg()
  if exists(id) and call('ZREM', base .. 'failed', id) == 1 then
    local key = call('HGET', base .. id, 'hf:key')
    call('HDEL', base .. id, 'failedReason')
    call('HSET', base .. id, 'hf:discarded', 1)
    call('ZREM', base .. 'hf:dead', id)
    call('ZREM', base .. 'hf:untold', id)
    if key then call('ZREM', base .. 'hf:dead:' .. key, id) end
    finish(id, key, 'completed', 'hf:done')
    note(id, 'discarded', 0, '', 'null', by, reason)
    regate(key)
    did = did + 1
  end
end
tell()
return did
`;

/** Gives a dead letter another payload; its log keeps the one before. */
export const editLua = `
local id, was, data, by, original = next_arg(), next_arg(), next_arg(), next_arg(), next_arg()
local job = base .. id
if not exists(id) or not call('ZSCORE', base .. 'failed', id) then return 'gone' end
if call('HGET', job, 'data') ~= was then return 'changed' end
call('HSET', job, 'data', data)
note(id, 'edited', 0, '', 'null', by, original)
return 'ok'
`;

/** Forgets a little at a time. Dead letters are never forgotten, nor a dedupe id with its event. */
export const pruneLua = `
local done_before, keep, dedupe_before, limit = next_arg(), next_arg(), next_arg(), tonumber(next_arg())
local old = call('ZRANGE', base .. 'completed', '-inf', '(' .. done_before, 'BYSCORE', 'LIMIT', 0, limit)
if keep ~= '' then
  local surplus = call('ZCARD', base .. 'completed') - tonumber(keep)
  -- The oldest in either case, so the longer of the two lists holds the other.
  if surplus > #old then old = call('ZRANGE', base .. 'completed', 0, math.min(limit, surplus) - 1) end
end
for _, id in ipairs(old) do
  local key = call('HGET', base .. id, 'hf:key')
  if key then call('ZREM', base .. 'hf:key:' .. key, id) end
  call('DEL', base .. id, base .. id .. ':logs')
  call('ZREM', base .. 'completed', id)
  call('ZREM', base .. 'hf:done', id)
end
local ids = call('ZRANGE', base .. 'hf:dedupe:at', '-inf', '(' .. dedupe_before, 'BYSCORE', 'LIMIT', 0, limit - #old)
for _, id in ipairs(ids) do
  call('ZREM', base .. 'hf:dedupe:at', id)
  call('HDEL', base .. 'hf:dedupe', id)
end
return #old + #ids
`;

/** Whether dead letters hold their key was changed: the lanes that have one are set right, some at a time. */
export const switchHoldLua = `
local after, limit = next_arg(), next_arg()
if after == '' then
  if call('HGET', base .. 'hf:settings', 'dead holds key') == ARGV[2] then return false end
  after = '0'
end
local ids = call('ZRANGE', base .. 'hf:dead', '(' .. after, '+inf', 'BYSCORE', 'LIMIT', 0, limit)
for _, id in ipairs(ids) do regate(call('HGET', base .. id, 'hf:key')) end
tell()
if #ids == 0 then
  call('HSET', base .. 'hf:settings', 'dead holds key', ARGV[2])
  return false
end
return ids[#ids]
`;

/** Hands out dead letters that nobody was told of, each for a while to one caller. */
export const untoldLua = `
local max, again = next_arg(), next_arg()
local found = {}
for _, id in ipairs(call('ZRANGE', base .. 'hf:untold', '-inf', now, 'BYSCORE', 'LIMIT', 0, max)) do
  if call('ZSCORE', base .. 'failed', id) and exists(id) then
    call('ZADD', base .. 'hf:untold', again, id)
    found[#found + 1] = { id, call('HMGET', base .. id, ${readFields}) }
  else
    call('ZREM', base .. 'hf:untold', id)
  end
end
return found
`;

export const toldLua = `
return call('ZREM', base .. 'hf:untold', next_arg())
`;
