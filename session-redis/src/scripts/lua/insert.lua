-- Adds a record: its header, or nothing if the key is taken, or 1 if the principal's sessions were ended after
-- the log-in began.

local function run(key, handle, flags, digest, principal, label, fields, idle, absolute, announced, began, limit)
  flags, absolute = tonumber(flags), now + absolute
  local index = prefix ~= '' and is(flags, PRINCIPAL) and index_of(principal)
  local first = index and first_of(index)
  if index and is_too_late(first, handle, began) then
    return 1
  end
  local authenticated, joined = 0, 0
  if is(flags, PRINCIPAL) then
    flags, authenticated = flags + AUTHENTICATED, now
    joined = announced == '' and real or tonumber(announced)
    if is_late(joined) then
      return redis.error_reply('SESSIONLATE the record was announced to its index too long ago')
    end
  end
  local expires = math.min(now + idle, absolute)
  local head = struct.pack(LAYOUT, FORMAT, OLDEST_READER, flags, '\0\0\0\0\0\0\0\1', now, expires, absolute,
    now, authenticated, joined, digest, #principal, #label, 0)
  if not redis.call('SET', key, head .. principal .. label .. fields, 'PXAT', deadline(expires), 'NX') then
    return false
  end
  if index then
    local mine = entry(handle, joined)
    join(index, mine, absolute, first)
    make_room(index, principal, mine, limit)
  end
  note(handle, expires)
  return head
end
