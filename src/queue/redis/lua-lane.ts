/**
 * What every script begins with. A script is one step for Redis: nobody sees half of it, and a crash keeps all of it
 * or nothing (Redis writes its effects to the append-only file as one transaction).
 *
 * The job is BullMQ's: `PREFIX:QUEUE:ID` with its fields, and its place says its state:
 *   blocked  waiting-children (sorted set)     leased  active (list)
 *   ready    prioritized (by age), delayed     done    completed          dead    failed
 * so that BullMQ's own counters, getters and tools see the queue as theirs. `wait` stays empty: what another tool puts
 * there (a retry, a promotion, a new job) is taken in at the next claim, through the same gate as everything else.
 * Beside it, under `hf:`, stands what BullMQ has no place for: the lanes, the leases, the dedupe ids, the indexes.
 */
export const laneLua = `
local base = string.sub(KEYS[1], 1, -3)
local me, holds, now = ARGV[1], ARGV[2] == '1', ARGV[3]
local arg = 3
local call = redis.call
local work = false

local function next_arg() arg = arg + 1 return ARGV[arg] end
local function whole(n) return string.format('%.0f', n) end
local function exists(id) return call('EXISTS', base .. id) == 1 end
local function emit(event, id, ...)
  call('XADD', base .. 'events', 'MAXLEN', '~', 10000, '*', 'event', event, 'jobId', id, ...)
end

-- What happened to an event, as lines of BullMQ's job log. What costs no attempt can repeat without end: it folds.
local function note(id, what, attempt, code, failure, by, reason)
  local job, log, mark = base .. id, base .. id .. ':logs', what .. ' ' .. code
  local last = call('HMGET', job, 'hf:mark', 'hf:times')
  local times = 1
  if (what == 'defer' or what == 'replaced') and last[1] == mark then times = tonumber(last[2]) + 1 end
  local line = '{"at":' .. now .. ',"times":' .. times .. ',"attempt":' .. attempt .. ',"what":"' .. what ..
    '","failure":' .. failure .. ',"by":' .. by .. ',"reason":' .. reason .. '}'
  call('HSET', job, 'hf:mark', mark, 'hf:times', times)
  if times > 1 then
    call('LSET', log, -1, line)
  elseif call('RPUSH', log, line) > 50 then
    for _, old in ipairs(call('LRANGE', log, 0, -51)) do
      if string.find(old, ',"by":null,', 1, true) then call('LREM', log, 1, old) end
    end
  end
end

-- BullMQ's score for delayed jobs; it has room until 2039.
local function delayed_score(due) return whole(math.min(due, 2199023255551) * 4096) end

-- Opens an event for claims: by its age, or by the time it waits for.
local function open(id)
  call('ZREM', base .. 'waiting-children', id)
  local due = tonumber(call('HGET', base .. id, 'hf:due') or 0)
  if due > 0 then
    call('ZADD', base .. 'delayed', delayed_score(due), id)
    emit('delayed', id, 'delay', whole(due))
  else
    call('ZADD', base .. 'prioritized', id, id)
    emit('waiting', id)
  end
  work = true
end

local function block(id)
  call('ZREM', base .. 'prioritized', id)
  call('ZREM', base .. 'delayed', id)
  call('ZADD', base .. 'waiting-children', now, id)
end

-- The earliest of a lane; one that another tool removed is forgotten on the way.
local function earliest(lane)
  while true do
    local id = call('ZRANGE', lane, 0, 0)[1]
    if not id then return false end
    if exists(id) then return id end
    call('ZREM', lane, id)
    for _, index in ipairs({ 'hf:open', 'hf:dead', 'hf:untold', 'hf:done', 'hf:leases' }) do call('ZREM', base .. index, id) end
  end
end

-- Higher than any id; with what is added to it still a whole number for Redis and Lua.
local BEHIND = 4503599627370496

local function stands_behind(id, key)
  return tonumber(call('ZSCORE', base .. 'hf:lane:' .. key, id) or 0) > BEHIND
end

local function step_behind(id, key)
  local lane = base .. 'hf:lane:' .. key
  local last = tonumber(call('ZRANGE', lane, -1, -1, 'WITHSCORES')[2] or 0)
  call('ZADD', lane, whole(math.max(last, BEHIND) + 1), id)
end

-- Order per key. In a key's lane at most one event is open or leased: its front; the others are blocked.
-- The lane's scores are the events' ids; what waits for another event (dependency.ts) stands behind all of those.
-- hf:front knows it ('' while a dead letter holds the key), so that no claim ever asks what stands before what.
local function regate(key)
  if not key then return end
  local lane = base .. 'hf:lane:' .. key
  local front = call('HGET', base .. 'hf:front', key) or ''
  if front ~= '' then
    if not call('ZSCORE', lane, front) or not exists(front) then front = ''
    -- While one is worked on all others are blocked already, and stay so.
    elseif call('ZSCORE', base .. 'hf:leases', front) then return end
  end
  local head = earliest(lane)
  if not head then call('HDEL', base .. 'hf:front', key) return end
  local held = false
  if holds then
    local dead = earliest(base .. 'hf:dead:' .. key)
    held = dead and tonumber(dead) < tonumber(call('ZSCORE', lane, head))
  end
  if front ~= '' and (held or front ~= head) then block(front) front = '' end
  if front == '' and not held then open(head) front = head end
  call('HSET', base .. 'hf:front', key, front)
end

-- Lets a new event into its lane. One that comes behind others stays blocked, however many they are.
local function enter(id, key, behind)
  call('ZADD', base .. 'hf:key:' .. key, id, id)
  if behind then step_behind(id, key) else call('ZADD', base .. 'hf:lane:' .. key, id, id) end
  local front = call('HGET', base .. 'hf:front', key)
  if not front and not (holds and call('EXISTS', base .. 'hf:dead:' .. key) == 1) then
    open(id)
    call('HSET', base .. 'hf:front', key, id)
  else
    call('ZADD', base .. 'waiting-children', now, id)
    if not front or front == '' or stands_behind(front, key) then regate(key) end
  end
end

local function end_lease(id)
  call('LREM', base .. 'active', 1, id)
  call('ZREM', base .. 'hf:leases', id)
  call('DEL', base .. id .. ':lock')
end

-- Ends a leased event as completed or failed.
local function finish(id, key, place, index)
  call('ZADD', base .. place, now, id)
  call('HSET', base .. id, 'finishedOn', now)
  call('ZREM', base .. 'hf:open', id)
  call('ZADD', base .. index, id, id)
  if key then
    call('ZREM', base .. 'hf:lane:' .. key, id)
    -- What died of a dependency may have waited for one that stands behind it: it does not hold its key.
    if index == 'hf:dead' and call('HGET', base .. id, 'hf:class') ~= 'dependency' then
      call('ZADD', base .. 'hf:dead:' .. key, id, id)
    end
  end
  if place == 'failed' then
    emit(place, id, 'failedReason', call('HGET', base .. id, 'failedReason') or '')
  else
    emit(place, id, 'returnvalue', 'null')
  end
end

-- Puts a leased event back where it was.
local function put_back(id, key)
  open(id)
  regate(key)
end

-- Takes in a job that another tool moved or added, as if it had come back by our own hand.
local function adopt(id)
  if not exists(id) then return end
  if not string.find(id, '^[1-9]%d*$') then
    call('ZADD', base .. 'failed', now, id)
    call('HSET', base .. id, 'finishedOn', now, 'failedReason', 'Holdfast delivers only jobs whose id it can order: add jobs without a jobId of your own.')
    return
  end
  local key = call('HGET', base .. id, 'hf:key')
  call('ZREM', base .. 'hf:dead', id)
  call('ZREM', base .. 'hf:untold', id)
  call('ZREM', base .. 'hf:done', id)
  call('ZADD', base .. 'hf:open', id, id)
  if not key then return open(id) end
  call('ZREM', base .. 'hf:dead:' .. key, id)
  call('ZADD', base .. 'hf:lane:' .. key, id, id)
  call('ZADD', base .. 'hf:key:' .. key, id, id)
  if call('HGET', base .. 'hf:front', key) == id then
    call('ZADD', base .. 'prioritized', id, id)
  else
    block(id)
    regate(key)
  end
end

local function tell()
  if work then call('PUBLISH', base .. 'hf:work', me) end
end
`;
