-- The index of a principal's sessions: a sorted set of entries by the time at which each ends at the latest.
--
-- An entry whose record lies in another slot is announced with a mark, which it loses when the record
-- is known to be written. Below all entries stands the last revocation, in the same key: two would be
-- apart for a while when their slot moves, and log-ins would have to wait for that.

local MARK = '?'

-- The key of a record by its handle, sixteen bytes written as a UUID.
local function key_of(handle)
  return prefix .. string.format('%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x',
    handle:byte(1, 16))
end

local function index_of(principal)
  return prefix .. 'principal:' .. principal
end

-- A record enters an index by its handle and the time at which it entered, so that whoever
-- takes it out later takes out that entry and no newer one.
local function entry(handle, joined)
  return handle .. struct.pack('>i8', joined)
end

local function handle_of(member)
  return member:sub(1, 16)
end

-- Whether a handle comes before another, byte by byte. Lua would compare them as the server's locale does.
local function precedes(one, other)
  for place = 1, 16 do
    local mine, theirs = one:byte(place), other:byte(place)
    if mine ~= theirs then
      return mine < theirs
    end
  end
  return false
end

local function joined_of(member)
  return (struct.unpack('>i8', member, 17))
end

local function entries(index)
  return redis.call('ZRANGE', index, '(-inf', '+inf', 'BYSCORE')
end

-- A sorted set lives as long as what ends last in it.
local function keep(set, ends)
  local expires = deadline(ends)
  if redis.call('PEXPIRETIME', set) < tonumber(expires) then
    redis.call('PEXPIREAT', set, expires)
  end
end

local function enter(set, member, ends)
  redis.call('ZADD', set, digits(ends), member)
  keep(set, ends)
end

-- Adds to an index, and drops what has certainly ended, so that it does not grow for ever. `first` is what stood first in
-- it, so that most log-ins need not ask for more.
local function join(index, member, ends, first)
  if not named and first.ends and first.ends <= now then
    redis.call('ZREMRANGEBYSCORE', index, '(-inf', digits(now))
  end
  if first.is_empty then
    redis.call('ZADD', index, digits(ends), member)
    redis.call('PEXPIREAT', index, deadline(ends))
  else
    enter(index, member, ends)
  end
end

-- A record written at a named time is found by a sweep, as Redis itself ends it by its own clock.
local function note(handle, expires)
  if named and prefix ~= '' then
    enter(prefix .. 'named', handle, expires)
  end
end

-- By how much the clocks of two nodes may differ, and how long a record may follow its announcement.
local SKEW, PATIENCE = 30000000, 30000000

-- An entry announced this long ago may be taken for one that nobody came back for.
local function is_late(joined)
  return real - joined > PATIENCE
end

-- Whether an entry is not announced any more: its record was written, or nobody will come back to do it.
local function is_settled(member)
  return #member == 24 or real - joined_of(member) > PATIENCE + SKEW
end
