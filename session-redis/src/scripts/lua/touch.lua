-- Renews a record and restores its entry: nothing if there is none or it had to be ended, else when it expires and, where its index lies
-- in another slot, the principal, the entry that has to be in it, and until when.

local function run(key, handle, idle)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  if bytes == '' then
    return false
  end
  local record = read(bytes)
  if record.expires <= now then
    return false
  end
  local principal = is(record.flags, PRINCIPAL) and range(key, HEAD, record.label)
  local mine = principal and entry(handle, record.joined)
  if mine and prefix ~= '' and restore(index_of(principal), mine, record.absolute) == 2 then
    redis.call('DEL', key)
    ended = ended .. handle
    return false
  end
  local expires = math.min(now + idle, record.absolute)
  redis.call('SETRANGE', key, SEEN, struct.pack('>i8i8', now, expires))
  redis.call('PEXPIREAT', key, deadline(expires))
  note(handle, expires)
  if prefix == '' and mine then
    return {expires, principal, mine, record.absolute + SKEW}
  end
  return {expires}
end
