-- A page of the live records in the principal's index, newest first, and of two that were created at one moment
-- the lesser handle first: the first `limit` after the record that was `created` then and has the handle
-- `after`, if one is named. Answers handle and record of each, up to the label unless it is to be 'whole'.

local function run(key, principal, contents, created, after, limit)
  local function is_later(one, other)
    if one.created ~= other.created then
      return one.created < other.created
    end
    return precedes(other.handle, one.handle)
  end
  local last = after ~= '' and {created = tonumber(created), handle = after}
  local live = {}
  for _, member in ipairs(entries(key)) do
    local record, its_key, bytes = lead(member, principal)
    if not record then
      redis.call('ZREM', key, member)
    elseif record.expires > now then
      record.handle, record.key, record.bytes = handle_of(member), its_key, bytes
      if not last or is_later(record, last) then
        live[#live + 1] = record
      end
    end
  end
  table.sort(live, function(one, other) return is_later(other, one) end)
  local found = {}
  for place = 1, math.min(#live, tonumber(limit)) do
    local record = live[place]
    found[#found + 1] = record.handle
    if contents == 'whole' then
      found[#found + 1] = redis.call('GET', record.key)
    else
      found[#found + 1] = record.bytes .. range(record.key, record.label, record.additions)
    end
  end
  return found
end
