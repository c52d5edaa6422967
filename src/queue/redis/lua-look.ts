import { eventFields } from "./lua-lease.ts";

/** Where an event stands is its state. */
const stateLua = `
local function state_of(id)
  if call('ZSCORE', base .. 'hf:leases', id) then return 'leased' end
  if call('ZSCORE', base .. 'failed', id) then return 'dead' end
  if call('ZSCORE', base .. 'completed', id) then return 'done' end
  if call('ZSCORE', base .. 'waiting-children', id) then return 'blocked' end
  return 'ready'
end
`;

/** Reads events, with or without what they carry; what is not there any more is left out. */
export const readLua = `${stateLua}
local found = {}
for i = arg + 1, #ARGV do
  local id = ARGV[i]
  if exists(id) then found[#found + 1] = { id, state_of(id), call('HMGET', base .. id, '${eventFields.join("', '")}') } end
end
return found
`;

/** Of the data only the beginning, where the reference stands (`toData`). */
const lookLua = `
local function look(id)
  local known = call('HMGET', base .. id, 'name', 'hf:class', 'hf:key', 'timestamp', 'hf:due', 'data', 'hf:discarded')
  known[6] = string.sub(known[6] or '', 1, 300)
  return known
end
`;

/** Looks at events without reading what they carry: enough for most filters. */
export const skimLua = `${stateLua}${lookLua}
local found = {}
for i = arg + 1, #ARGV do
  local id = ARGV[i]
  if exists(id) then found[#found + 1] = { id, state_of(id), look(id) } end
end
return found
`;

export const countsLua = `
local first, since = call('ZRANGE', base .. 'hf:open', 0, 0)[1], false
while first and not exists(first) do
  call('ZREM', base .. 'hf:open', first)
  first = call('ZRANGE', base .. 'hf:open', 0, 0)[1]
end
if first then since = call('HGET', base .. first, 'timestamp') end
local ready = call('ZCARD', base .. 'prioritized') + call('ZCARD', base .. 'delayed') + call('LLEN', base .. 'wait')
return { call('ZCARD', base .. 'waiting-children'), ready, call('LLEN', base .. 'active'),
  call('ZCARD', base .. 'completed'), call('ZCARD', base .. 'failed'), since }
`;
