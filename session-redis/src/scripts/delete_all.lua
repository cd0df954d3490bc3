-- Removes every record in the index KEYS[1] of the principal ARGV[3], but the one of the handle ARGV[4],
-- and answers the clock and how many were live. It is remembered for ARGV[5].

local principal, spared, lasts = ARGV[3], ARGV[4], tonumber(ARGV[5])

local live = 0
for _, member in ipairs(entries(KEYS[1])) do
  if handle_of(member) ~= spared then
    local record, key = lead(member, principal)
    if record then
      redis.call('DEL', key)
      live = live + (record.expires > now and 1 or 0)
    end
    redis.call('ZREM', KEYS[1], member)
  end
end
revoke(KEYS[1], spared, lasts, real)
return {now, live}
