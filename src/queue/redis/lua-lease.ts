/** What a delivery is made of; also what a look at an event reads. */
export const eventFields = [
  "name",
  "data",
  "timestamp",
  "atm",
  "stc",
  "finishedOn",
  "hf:v",
  "hf:key",
  "hf:dedupe",
  "hf:due",
  "hf:failure",
  "hf:discarded",
] as const;

export const readFields = `'${eventFields.join("', '")}'`;

/** Leases what has waited longest. The lock is for other tools, which leave a locked job alone; the fence is ours. */
export const claimLua = `
local max, lease_until, lease_ms = tonumber(next_arg()), next_arg(), next_arg()
if call('HEXISTS', base .. 'meta', 'paused') == 1 then return { {}, false } end
for _ = 1, 100 do
  local id = call('RPOP', base .. 'wait')
  if not id then break end
  adopt(id)
end
-- What was put off queues up behind what came before its time.
local last = call('GET', base .. 'id') or 0
for _, id in ipairs(call('ZRANGE', base .. 'delayed', '-inf', delayed_score(math.floor(tonumber(now))), 'BYSCORE', 'LIMIT', 0, max)) do
  call('ZREM', base .. 'delayed', id)
  call('ZADD', base .. 'prioritized', last .. '.5', id)
end
local events = {}
while #events < max do
  local id = call('ZPOPMIN', base .. 'prioritized')[1]
  if not id then break end
  if exists(id) then
    call('LPUSH', base .. 'active', id)
    call('ZADD', base .. 'hf:leases', lease_until, id)
    local fence = call('HINCRBY', base .. id, 'ats', 1)
    call('HSET', base .. id, 'processedOn', now)
    call('SET', base .. id .. ':lock', me, 'PX', lease_ms)
    emit('active', id, 'prev', 'waiting')
    events[#events + 1] = { id, fence, call('HMGET', base .. id, ${readFields}) }
  end
end
local waits = call('ZRANGE', base .. 'delayed', 0, 0)[1]
return { events, waits and call('HGET', base .. waits, 'hf:due') or false }
`;

/** Renews leases; returns the places of the lost ones. One whose time ran out but that nobody took is renewed. */
export const extendLua = `
local lease_until, lease_ms, count = next_arg(), next_arg(), tonumber(next_arg())
local lost = {}
for i = 1, count do
  local id, fence = next_arg(), next_arg()
  if call('ZSCORE', base .. 'hf:leases', id) and call('HGET', base .. id, 'ats') == fence then
    call('ZADD', base .. 'hf:leases', lease_until, id)
    call('SET', base .. id .. ':lock', me, 'PX', lease_ms)
  else
    lost[#lost + 1] = i
  end
end
return lost
`;

/** Ends leases and opens what waited behind them, in one go. The fence alone decides who holds a lease. */
export const settleLua = `
local count = tonumber(next_arg())
local answers = {}
for i = 1, count do
  local id, fence, to, at, told, behind = next_arg(), next_arg(), next_arg(), next_arg(), next_arg(), next_arg()
  local failure, class, code, message = next_arg(), next_arg(), next_arg(), next_arg()
  local job = base .. id
  if not call('ZSCORE', base .. 'hf:leases', id) or call('HGET', job, 'ats') ~= fence then
    answers[i] = 'lost'
  else
    answers[i] = 'ok'
    local known = call('HMGET', job, 'hf:key', 'atm')
    local key, attempt = known[1], tonumber(known[2] or 0) + 1
    end_lease(id)
    if failure ~= '' then call('HSET', job, 'hf:failure', failure, 'hf:class', class) else failure = 'null' end
    if to == 'done' then
      call('HSET', job, 'returnvalue', 'null')
      finish(id, key, 'completed', 'hf:done')
      regate(key)
    elseif to == 'dead' then
      call('HSET', job, 'atm', attempt, 'failedReason', message, 'stacktrace', '[]')
      finish(id, key, 'failed', 'hf:dead')
      if told == '0' then call('ZADD', base .. 'hf:untold', now, id) end
      note(id, 'dead', attempt, code, failure, 'null', 'null')
      regate(key)
    else
      if to ~= 'release' then
        call('HSET', job, 'hf:due', at, 'stc', 0)
        if to == 'retry' then call('HSET', job, 'atm', attempt) end
        if key and behind == '1' then
          step_behind(id, key)
        elseif key and to == 'retry' then
          call('ZADD', base .. 'hf:lane:' .. key, id, id)
        end
        note(id, to, attempt, code, failure, 'null', 'null')
      elseif at ~= '0' then
        call('HSET', job, 'hf:due', at)
      end
      put_back(id, key)
    end
  end
end
tell()
return answers
`;
