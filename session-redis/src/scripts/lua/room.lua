-- The limit of a principal's sessions, where the records lie on the same server as the index.

-- Whoever has just logged in by the entry `mine` has room: if the principal has more than `limit` live
-- records, those of the others that authenticated the longest ago are removed.
local function make_room(index, principal, mine, limit)
  if limit == '' or redis.call('ZCOUNT', index, '(-inf', '+inf') <= tonumber(limit) then
    return
  end
  local live, others = 0, {}
  for _, member in ipairs(entries(index)) do
    local record, key = lead(member, principal)
    if not record then
      redis.call('ZREM', index, member)
    elseif record.expires > now then
      live = live + 1
      if member ~= mine then
        others[#others + 1] = {since = record.authenticated, member = member, key = key}
      end
    end
  end
  table.sort(others, function(one, other)
    if one.since ~= other.since then
      return one.since < other.since
    end
    return precedes(handle_of(one.member), handle_of(other.member))
  end)
  for place = 1, live - limit do
    redis.call('DEL', others[place].key)
    ended = ended .. handle_of(others[place].member)
    redis.call('ZREM', index, others[place].member)
  end
end
