-- Removes a record if the condition is empty, if it is 'expired' and the record has, or if it is 'principal'
-- and the record is of that one and entered its index by `last`. Answers nothing if there is no record;
-- else 0 if it had expired and 1 if it had not, and the entry of the index that is stale now, if any; or
-- 2 and when it expires if it was spared.
--
-- Where there is none now, an empty record is left for as long as to `remember`, if that is not empty.

-- It is a new one, so nothing of what a later release added is in it.
local function leave_empty(key, handle, revision, remember)
  local ends = now + remember
  local head = struct.pack(LAYOUT, FORMAT, OLDEST_READER, 0, struct.pack('>i8', revision), now, ends, ends, now,
    0, 0, string.rep('\0', 32), 0, 0, 0)
  redis.call('SET', key, head, 'PXAT', deadline(ends))
  note(handle, ends)
end

local function run(key, handle, condition, principal, last, remember)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  if bytes == '' then
    if remember ~= '' then
      -- A sealed cookie may have been a session without a record.
      leave_empty(key, handle, 1, remember)
      ended = ended .. handle
    end
    return false
  end
  local record = read(bytes)
  local was = is(record.flags, PRINCIPAL) and range(key, HEAD, record.label)
  if condition == 'expired' and record.expires > now
    or condition == 'principal' and (was ~= principal or record.joined > tonumber(last)) then
    return {2, record.expires}
  end
  if remember ~= '' then
    leave_empty(key, handle, struct.unpack('>i8', record.revision) + 1, remember)
  else
    redis.call('DEL', key)
  end
  local live = record.expires > now and 1 or 0
  if live == 1 or remember ~= '' then
    ended = ended .. handle
  end
  if was then
    if prefix ~= '' then
      redis.call('ZREM', index_of(was), entry(handle, record.joined))
    else
      return {live, was, entry(handle, record.joined)}
    end
  end
  return {live}
end
