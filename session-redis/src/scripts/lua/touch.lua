-- Renews a record: nothing if there is none, else when it expires and, where its index lies
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
  local expires = math.min(now + idle, record.absolute)
  redis.call('SETRANGE', key, SEEN, struct.pack('>i8i8', now, expires))
  redis.call('PEXPIREAT', key, deadline(expires))
  note(handle, expires)
  if prefix == '' and is(record.flags, PRINCIPAL) then
    local principal = range(key, HEAD, record.label)
    return {expires, principal, entry(handle, record.joined), record.absolute + SKEW}
  end
  return {expires}
end
