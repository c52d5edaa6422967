/** Stores events in order; all of one call or none. */
export const appendLua = `
local since, coalesce, count = tonumber(next_arg()), next_arg() == '1', tonumber(next_arg())
local results = {}
for i = 1, count do
  local has_key, key, has_dedupe, dedupe = next_arg(), next_arg(), next_arg(), next_arg()
  local topic, data = next_arg(), next_arg()
  if has_key == '0' then key = false end
  local copy = false
  if has_dedupe == '1' then
    local at = call('ZSCORE', base .. 'hf:dedupe:at', dedupe)
    if at and tonumber(at) > since then copy = call('HGET', base .. 'hf:dedupe', dedupe) end
  end
  if copy then
    -- A write, so that a wait for the disk that follows also covers the first copy.
    call('HINCRBY', base .. 'hf:settings', 'duplicates', 1)
    results[i] = { copy, 'duplicate' }
  else
    local id = false
    if coalesce and key then
      -- The newest that nobody works on: of the last two, at most one is leased.
      for _, candidate in ipairs(call('ZREVRANGE', base .. 'hf:lane:' .. key, 0, 1)) do
        if not id and exists(candidate) and not call('ZSCORE', base .. 'hf:leases', candidate) then id = candidate end
      end
    end
    if id then
      -- In place, so that a key that changes all the time still gets its turn.
      call('HSET', base .. id, 'name', topic, 'data', data, 'atm', 0)
      if has_dedupe == '1' then
        call('HSET', base .. id, 'hf:dedupe', dedupe)
      else
        call('HDEL', base .. id, 'hf:dedupe')
      end
      note(id, 'replaced', 0, '', 'null', 'null', 'null')
      results[i] = { id, 'replaced' }
    else
      id = whole(call('INCR', base .. 'id'))
      local fields = { 'name', topic, 'data', data, 'opts', '{"attempts":1000000}', 'timestamp', now,
        'delay', 0, 'priority', 0, 'hf:v', 1 }
      if key then fields[#fields + 1] = 'hf:key' fields[#fields + 1] = key end
      if has_dedupe == '1' then fields[#fields + 1] = 'hf:dedupe' fields[#fields + 1] = dedupe end
      call('HSET', base .. id, unpack(fields))
      emit('added', id, 'name', topic)
      call('ZADD', base .. 'hf:open', id, id)
      if key then enter(id, key) else open(id) end
      results[i] = { id, 'stored' }
    end
    if has_dedupe == '1' then
      call('HSET', base .. 'hf:dedupe', dedupe, id)
      call('ZADD', base .. 'hf:dedupe:at', now, dedupe)
    end
  end
end
tell()
return results
`;
