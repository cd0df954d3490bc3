-- Answers which rules the user lacks for what the scripts and the client do, of which the first are needed and the
-- second are not; and what the server says of itself. ARGV[1] is the prefix of the keys, ARGV[2] the number of the
-- database, and ARGV[3] not empty in a cluster. It touches no key.

local prefix, database, in_cluster = ARGV[1], ARGV[2], ARGV[3] ~= ''
local record = prefix .. '00000000-0000-0000-0000-000000000000'
local index, channel = prefix .. 'principal:', prefix .. 'endings'

-- A command that was renamed away is as good as forbidden.
local function may(...)
  if not redis.acl_check_cmd then
    return true
  end
  local known, allowed = pcall(redis.acl_check_cmd, ...)
  return known and allowed
end

local function rules_of(commands, missing)
  local refused = {}
  for _, command in ipairs(commands) do
    if not may(unpack(command)) then
      -- Redis 7 and Valkey tell the right to a command from that to its keys, if no key is named.
      if not may(command[1]) then
        missing[#missing + 1] = '+' .. command[1]
      end
      refused[#refused + 1] = command
    end
  end
  return #refused == #commands
end

local missing, wanted = {}, {}
local reads = {{'get', record}, {'getrange', record, 0, 1}, {'strlen', record},
  {'pexpiretime', record}, {'zcount', index, 0, 1}, {'zrange', index, 0, 1}}
local writes = {{'set', record, ''}, {'del', record}, {'setrange', record, 0, ''}, {'pexpireat', record, 1},
  {'zadd', index, 1, ''}, {'zrem', index, ''}, {'zremrangebyscore', index, 0, 1}}
-- Whoever may do nothing of a kind more likely lacks the keys.
local no_reads, no_writes = rules_of(reads, missing), rules_of(writes, missing)
if no_reads or no_writes then
  table.insert(missing, 1, '~' .. prefix .. '*')
end
rules_of({{'evalsha', string.rep('0', 40), 1, record}, {'eval', '', 1, record}, {'time'}}, missing)
if database ~= '0' then
  rules_of({{'select', database}}, missing)
end
if in_cluster then
  if not may('cluster', 'slots') then
    missing[#missing + 1] = '+cluster|slots'
  end
  rules_of({{'asking'}}, missing)
end

if rules_of({{'publish', channel, ''}, {'subscribe', channel}}, wanted) then
  table.insert(wanted, 1, '&' .. channel)
end
local info = redis.pcall('INFO', 'server', 'memory', 'persistence', 'stats')
if type(info) == 'table' then
  -- An error: the user may not ask.
  info = false
  wanted[#wanted + 1] = '+info'
end
return {missing, wanted, info}
