-- Sees to it that a record is in its principal's index: 1 if it was missing there, 2 if it was, and was ended
-- meanwhile; nothing if there is nothing to do. Where the index lies in another slot: the principal, the entry that has
-- to be in it, and until when.

local function run(key, handle)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  local record = bytes ~= '' and read(bytes)
  if not record or record.expires <= now or not is(record.flags, PRINCIPAL) then
    return false
  end
  local principal = range(key, HEAD, record.label)
  local mine = entry(handle, record.joined)
  if prefix == '' then
    return {principal, mine, record.absolute + SKEW}
  end
  local restored = restore(index_of(principal), mine, record.absolute)
  if restored == 2 then
    redis.call('DEL', key)
    ended = ended .. handle
  end
  return restored
end
