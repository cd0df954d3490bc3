-- Notes in an index that the record of this handle, which was announced at `joined` and ends at `absolute`, is
-- written, and that its former entry, if any, is stale.
--
-- Answers two things. First, if this session was revoked meanwhile, the last time at which a session was
-- announced that the revocation ended; then nothing is noted. Second, if there are more entries than the limit,
-- those that are not announced any more.

local function run(key, handle, joined, absolute, former, limit)
  joined = tonumber(joined)
  local mine = entry(handle, joined)
  redis.call('ZREM', key, mine .. MARK)
  local first = first_of(key)
  local revoked = first.revoked
  if revoked and joined <= revoked.last and handle ~= revoked.spared then
    redis.call('ZREM', key, mine)
    return {revoked.last, {}}
  end
  if former ~= '' then
    redis.call('ZREM', key, former)
  end
  join(key, mine, absolute + SKEW, first)
  local found = {}
  if limit ~= '' and redis.call('ZCOUNT', key, '(-inf', '+inf') > tonumber(limit) then
    for _, member in ipairs(entries(key)) do
      if is_settled(member) then
        found[#found + 1] = member
      end
    end
  end
  return {false, found}
end
