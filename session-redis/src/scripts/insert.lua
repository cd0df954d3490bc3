-- Adds the record KEYS[1]: the clock and its head, or nothing if the key is taken.

local handle, flags, digest, principal, label, fields = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local idle, absolute, announced = tonumber(ARGV[9]), now + ARGV[10], ARGV[11]

if redis.call('EXISTS', KEYS[1]) == 1 then
  return false
end
local authenticated, joined = 0, 0
if is(flags, PRINCIPAL) then
  flags, authenticated = flags + AUTHENTICATED, now
  joined = announced == '' and real or tonumber(announced)
  if is_late(joined) then
    return redis.error_reply('SESSIONLATE the record was announced to its index too long ago')
  end
end
local expires = math.min(now + idle, absolute)
local head = struct.pack(LAYOUT, FORMAT, flags, '\0\0\0\0\0\0\0\1', now, expires, absolute, now,
  authenticated, joined, digest, #principal, #label)
redis.call('SET', KEYS[1], head .. principal .. label .. fields, 'PXAT', deadline(expires))
if prefix ~= '' and is(flags, PRINCIPAL) then
  join(index_of(principal), handle, joined, absolute)
end
note(handle, expires)
return {now, head}
