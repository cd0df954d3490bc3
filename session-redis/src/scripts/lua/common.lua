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

-- The header of a record: format, oldest reader, flags, revision, seen, expires, absolute, created, authenticated,
-- joined, digest, length of the principal, of the label and of the additions. Then come principal, label, additions
-- and fields. Integers are big-endian.
--
-- A record is read by releases whose format is its oldest reader or later, and refused by all others. Whoever
-- writes to it leaves both numbers at no less than they were. So a later format may come in two ways:
--
-- - It keeps its oldest reader, and earlier releases read and write its records. All that it may do then is to put
--   something into the additions, which this format leaves empty, or to use another flag. Whoever does not know
--   them leaves them as they are, also when the record goes to another principal. Additions are entries, each of
--   them a byte that names it, its length as four bytes, and so many bytes: so each release finds its own.
-- - It becomes the oldest reader, and may change everything but the first two bytes. A release that writes it is
--   deployed after one that reads it.
local LAYOUT, HEAD = '>BBBc8i8i8i8i8i8i8c32I4I4I4', 103
-- Of what this release writes.
local FORMAT, OLDEST_READER = 1, 1
-- Where two of them stand: for SETRANGE, which counts from nought, and for struct.unpack, which does not.
local SEEN, EXPIRES = 11, 20
-- The flags; 4 says that there is a label.
local PERSISTENT, PRINCIPAL, AUTHENTICATED = 1, 2, 8

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
  local format, oldest_reader = bytes:byte(1, 2)
  if not oldest_reader or oldest_reader > FORMAT then
    error({err = string.format('SESSIONFORMAT the record is of another version of session-redis: of format %d, '
      .. 'for releases that read format %d; this one reads format %d', format or 0, oldest_reader or 0, FORMAT)})
  end
end

-- The record at the beginning of these bytes.
local function read(bytes)
  check_format(bytes)
  local format, oldest_reader, flags, revision, seen, expires, absolute, created, authenticated, joined, _,
    principal, label, additions = struct.unpack(LAYOUT, bytes)
  label = label + HEAD + principal
  return {format = format, oldest_reader = oldest_reader, flags = flags, revision = revision, seen = seen,
    expires = expires, absolute = absolute, created = created, authenticated = authenticated, joined = joined,
    label = HEAD + principal, additions = label, fields = label + additions}
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
