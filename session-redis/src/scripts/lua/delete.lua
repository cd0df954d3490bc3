-- Removes a record if the condition is empty, if it is 'expired' and the record has, or if it is 'principal'
-- and the record is of that one and entered its index by `last`. Answers nothing if there is no record;
-- else 0 if it had expired and 1 if it had not, and the entry of the index that is stale now, if any; or
-- 2 and when it expires if it was spared.

local function run(key, handle, condition, principal, last)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  if bytes == '' then
    return false
  end
  local record = read(bytes)
  local was = is(record.flags, PRINCIPAL) and redis.call('GETRANGE', key, HEAD, record.label - 1)
  if condition == 'expired' and record.expires > now
    or condition == 'principal' and (was ~= principal or record.joined > tonumber(last)) then
    return {2, record.expires}
  end
  redis.call('DEL', key)
  local live = record.expires > now and 1 or 0
  if was then
    if prefix ~= '' then
      redis.call('ZREM', index_of(was), entry(handle, record.joined))
    else
      return {live, was, entry(handle, record.joined)}
    end
  end
  return {live}
end
