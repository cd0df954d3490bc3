-- Adds the record KEYS[1]: the clock and its head, or nothing if the key is taken, or the clock alone if
-- the principal's sessions were ended after the log-in began.

local handle, flags, digest, principal, label, fields = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local idle, absolute, announced, began, limit = tonumber(ARGV[9]), now + ARGV[10], ARGV[11], ARGV[12], ARGV[13]

local index = prefix ~= '' and is(flags, PRINCIPAL) and index_of(principal)
if index and is_too_late(index, handle, began) then
  return {now}
end
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
if index then
  local mine = entry(handle, joined)
  join(index, mine, absolute)
  make_room(index, principal, mine, limit)
end
note(handle, expires)
return {now, head}
