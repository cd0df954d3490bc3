-- Removes every record in the index KEYS[1] of the principal ARGV[3], and answers how many were live.

local principal = ARGV[3]

local live = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local handle = member:sub(1, 16)
  local key = key_of(handle)
  local bytes = redis.call('GETRANGE', key, 0, HEAD + #principal - 1)
  local record = bytes ~= '' and read(bytes)
  if record and is(record.flags, PRINCIPAL) and record.label == HEAD + #principal
    and bytes:sub(HEAD + 1) == principal then
    redis.call('DEL', key)
    live = live + (record.expires > now and 1 or 0)
  end
end
redis.call('DEL', KEYS[1])
return live
