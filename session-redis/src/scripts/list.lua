-- The clock, and handle and record of each live session in the index KEYS[1] of the principal ARGV[3].

local principal = ARGV[3]

local found = {now}
for _, member in ipairs(entries(KEYS[1])) do
  local record, key = lead(member, principal)
  if not record then
    redis.call('ZREM', KEYS[1], member)
  elseif record.expires > now then
    found[#found + 1] = handle_of(member)
    found[#found + 1] = redis.call('GET', key)
  end
end
return found
