-- Looks at up to `limit` records that were written at a named time, all of which are in this sorted set, and
-- were to expire by now; removes those that have. Answers how many, and 1 if there are no more to look at.

local function run(key, limit)
  limit = tonumber(limit)
  local removed = 0
  local due = redis.call('ZRANGE', key, '-inf', digits(now), 'BYSCORE', 'LIMIT', 0, limit)
  for _, handle in ipairs(due) do
    local its_key = key_of(handle)
    local bytes = redis.call('GETRANGE', its_key, 0, HEAD - 1)
    local record = bytes ~= '' and read(bytes)
    if record and record.expires > now then
      enter(key, handle, record.expires)
    else
      redis.call('ZREM', key, handle)
      if record then
        if is(record.flags, PRINCIPAL) then
          local principal = range(its_key, HEAD, record.label)
          redis.call('ZREM', index_of(principal), entry(handle, record.joined))
        end
        redis.call('DEL', its_key)
        removed = removed + 1
      end
    end
  end
  return {removed, #due < limit and 1 or 0}
end
