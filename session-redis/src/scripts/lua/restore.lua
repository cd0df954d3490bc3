-- The entry of a record whose index has lost it, by eviction, a fail-over or somebody's hand.

-- Enters a live record's entry, if the index does not have it. Answers 1 if it did not, nothing if it did; and 2, with
-- nothing changed, if all sessions were ended after the record entered: that revocation could not find this one.
local function restore(index, mine, ends)
  if redis.call('ZADD', index, digits(ends), mine) == 0 then
    return nil
  end
  local revoked = revocation(index)
  if revoked and joined_of(mine) <= revoked.last and revoked.spared ~= handle_of(mine) then
    redis.call('ZREM', index, mine)
    return 2
  end
  keep(index, ends)
  return 1
end
