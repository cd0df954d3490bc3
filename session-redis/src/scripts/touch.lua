-- Renews the record KEYS[1]: nothing if there is none, else when it expires and, where its index lies
-- in another slot, the principal, the entry that has to be in it, and until when.

local handle, idle = ARGV[3], tonumber(ARGV[4])

local bytes = redis.call('GETRANGE', KEYS[1], 0, HEAD - 1)
if bytes == '' then
  return false
end
local record = read(bytes)
if record.expires <= now then
  return false
end
local expires = math.min(now + idle, record.absolute)
redis.call('SETRANGE', KEYS[1], SEEN, struct.pack('>i8i8', now, expires))
redis.call('PEXPIREAT', KEYS[1], deadline(expires))
note(handle, expires)
if prefix == '' and is(record.flags, PRINCIPAL) then
  local principal = redis.call('GETRANGE', KEYS[1], HEAD, record.label - 1)
  return {expires, principal, entry(handle, record.joined), record.absolute + SKEW}
end
return {expires}
