-- The clock, and handle and record of each live session in the index KEYS[1] of the principal ARGV[3].

local principal = ARGV[3]

local found = {now}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local handle = member:sub(1, 16)
  local bytes = redis.call('GET', key_of(handle))
  local record = bytes and read(bytes)
  if not record or not is(record.flags, PRINCIPAL) or bytes:sub(HEAD + 1, record.label) ~= principal
    or entry(handle, record.joined) ~= member then
    redis.call('ZREM', KEYS[1], member)
  elseif record.expires > now then
    found[#found + 1] = handle
    found[#found + 1] = bytes
  end
end
return found
