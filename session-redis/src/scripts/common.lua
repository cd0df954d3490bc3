-- What all scripts share: the clock, how a record is laid out, and the indexes.
--
-- ARGV[1] is the moment to go by in microseconds, or empty for the server's clock. ARGV[2] is the
-- prefix of the keys, or empty where the indexes lie in other slots than the record.

local time = redis.call('TIME')
local real = time[1] * 1000000 + time[2]
local named = ARGV[1] ~= ''
local now = named and tonumber(ARGV[1]) or real
local prefix = ARGV[2]

-- Format, flags, revision, seen, expires, absolute, created, authenticated, joined, digest, length
-- of the principal, length of the label; then principal, label and fields. Integers are big-endian.
local LAYOUT, HEAD = '>BBc8i8i8i8i8i8i8c32I4I4', 98
local FORMAT, SEEN = 1, 10
local PRINCIPAL, AUTHENTICATED = 2, 8

-- All digits of a whole number: Lua's own conversion keeps fourteen.
local function digits(number)
  return string.format('%.0f', number)
end

-- When Redis itself drops what ends at this moment: in milliseconds, rounded up.
local function deadline(moment)
  return digits(math.ceil((real + moment - now) / 1000))
end

local function is(flags, flag)
  return bit.band(flags, flag) ~= 0
end

-- The record at the beginning of these bytes.
local function read(bytes)
  if bytes:byte() ~= FORMAT then
    error({err = 'SESSIONFORMAT the record is of another version of session-redis'})
  end
  local record = {}
  local principal, label
  record.format, record.flags, record.revision, record.seen, record.expires, record.absolute,
    record.created, record.authenticated, record.joined, record.digest, principal, label =
    struct.unpack(LAYOUT, bytes)
  record.label = HEAD + principal
  record.fields = HEAD + principal + label
  return record
end

-- The key of a record by its handle, sixteen bytes written as a UUID.
local function key_of(handle)
  return prefix .. string.format('%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x',
    handle:byte(1, 16))
end

local function index_of(principal)
  return prefix .. 'principal:' .. principal
end

-- A record enters an index by its handle and the moment at which it entered, so that whoever
-- takes it out later takes out that entry and no newer one.
local function entry(handle, joined)
  return handle .. struct.pack('>i8', joined)
end

-- Adds to a sorted set, which lives as long as what ends last in it.
local function enter(set, member, ends)
  redis.call('ZADD', set, digits(ends), member)
  local expires = deadline(ends)
  if redis.call('PEXPIRETIME', set) < tonumber(expires) then
    redis.call('PEXPIREAT', set, expires)
  end
end

-- Adds to an index, and drops what has certainly ended, so that it does not grow for ever.
local function join(index, handle, joined, absolute)
  if not named then
    redis.call('ZREMRANGEBYSCORE', index, '-inf', digits(now))
  end
  enter(index, entry(handle, joined), absolute)
end

-- What was written at a named moment is found by a sweep, as Redis itself ends it by its own clock.
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
