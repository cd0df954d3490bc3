-- What all scripts share: the clock, and how a record is laid out.
--
-- KEYS are those that one operation is to be carried out on, each for its caller. ARGV[1] is the time to
-- go by in microseconds, or empty for the server's clock. ARGV[2] is the prefix of the keys, or empty where
-- the indexes lie in other slots than the record. Then come the arguments for the first key, as many
-- for the second, and so on.

local time = redis.call('TIME')
local real = time[1] * 1000000 + time[2]
local named = ARGV[1] ~= ''
local now = named and tonumber(ARGV[1]) or real
local prefix = ARGV[2]

-- Format, flags, revision, seen, expires, absolute, created, authenticated, joined, digest, length
-- of the principal, length of the label; then principal, label and fields. Integers are big-endian.
local LAYOUT, HEAD = '>BBc8i8i8i8i8i8i8c32I4I4', 98
-- Where two of them stand: for SETRANGE, which counts from nought, and for struct.unpack, which does not.
local FORMAT, SEEN, EXPIRES = 1, 10, 19
local PRINCIPAL, AUTHENTICATED = 2, 8

-- All digits of a whole number: Lua's own conversion keeps fourteen.
local function digits(number)
  return string.format('%.0f', number)
end

-- When Redis itself drops what ends at this time: in milliseconds, rounded up.
local function deadline(moment)
  return digits(math.ceil((real + moment - now) / 1000))
end

local function is(flags, flag)
  return bit.band(flags, flag) ~= 0
end

local function check_format(bytes)
  if bytes:byte() ~= FORMAT then
    error({err = 'SESSIONFORMAT the record is of another version of session-redis'})
  end
end

-- The record at the beginning of these bytes.
local function read(bytes)
  check_format(bytes)
  local _, flags, revision, seen, expires, absolute, created, authenticated, joined, _, principal, label =
    struct.unpack(LAYOUT, bytes)
  return {flags = flags, revision = revision, seen = seen, expires = expires, absolute = absolute, created = created,
    authenticated = authenticated, joined = joined, label = HEAD + principal, fields = HEAD + principal + label}
end

-- The bytes of a value from one place to before another, both counted from nought.
local function range(key, from, to)
  return from < to and redis.call('GETRANGE', key, from, to - 1) or ''
end

-- When it expires, for those who need no more of it.
local function expires_of(bytes)
  check_format(bytes)
  return (struct.unpack('>i8', bytes, EXPIRES))
end
