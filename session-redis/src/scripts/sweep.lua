-- Looks at up to ARGV[3] records that were written at a named moment, all of which are in the sorted
-- set KEYS[1], and were to expire by now; removes those that have. Answers how many, and 1 if there
-- are no more to look at.

local limit = tonumber(ARGV[3])

local removed = 0
local due = redis.call('ZRANGE', KEYS[1], '-inf', digits(now), 'BYSCORE', 'LIMIT', 0, limit)
for _, handle in ipairs(due) do
  local key = key_of(handle)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  local record = bytes ~= '' and read(bytes)
  if record and record.expires > now then
    enter(KEYS[1], handle, record.expires)
  else
    redis.call('ZREM', KEYS[1], handle)
    if record then
      if is(record.flags, PRINCIPAL) then
        local principal = redis.call('GETRANGE', key, HEAD, record.label - 1)
        redis.call('ZREM', index_of(principal), entry(handle, record.joined))
      end
      redis.call('DEL', key)
      removed = removed + 1
    end
  end
end
return {removed, #due < limit and 1 or 0}
