-- Changes a record, or answers why not: nothing if there is none; its new header; 0, the new header, and which
-- entry of which index in another slot is stale now; 1 and the record at its other revision; 2 and the
-- absolute limit to be, if an index in another slot has to learn of the record first; 3 if the principal's
-- sessions were ended after the log-in began; 4, the new header, the entry that has to be in an index in another slot,
-- and until when, in the first update of each tenth of the idle limit.

local function run(key, handle, flags, digest, principal, fields, idle, afresh, revision, next_revision, announced,
  began, limit)
  flags = tonumber(flags)
  local bytes = redis.call('GET', key)
  if not bytes then
    return false
  end
  local old = read(bytes)
  if old.expires <= now then
    return false
  end
  if old.revision ~= revision then
    return {1, bytes}
  end

  local was = is(old.flags, PRINCIPAL) and bytes:sub(HEAD + 1, old.label)
  local becomes = is(flags, PRINCIPAL) and principal
  local logs_in = becomes and afresh ~= ''
  local joins = becomes and (becomes ~= was or logs_in)
  local index = joins and prefix ~= '' and index_of(becomes)
  local first = index and first_of(index)
  if logs_in and index and is_too_late(first, handle, began) then
    return {3}
  end
  local absolute, authenticated = old.absolute, old.authenticated
  if afresh ~= '' then
    absolute, authenticated = now + afresh, now
  end
  if becomes then
    if afresh ~= '' or is(old.flags, AUTHENTICATED) then
      flags = flags + AUTHENTICATED
    end
  else
    authenticated = 0
  end

  local leaves = was and (becomes ~= was or joins)
  local joined = becomes and old.joined or 0
  if joins then
    if prefix ~= '' then
      joined = real
    elseif announced == '' or is_late(tonumber(announced)) then
      return {2, absolute}
    else
      joined = tonumber(announced)
    end
  end

  local stays = becomes and becomes == was and not joins and idle ~= ''
    and math.floor(now * 10 / idle) > math.floor(old.seen * 10 / idle) and entry(handle, old.joined)
  if stays and prefix ~= '' and restore(index_of(was), stays, absolute) == 2 then
    redis.call('DEL', key)
    ended = ended .. handle
    return false
  end

  local seen, expires = old.seen, old.expires
  if idle ~= '' then
    seen, expires = now, math.min(now + idle, absolute)
  end
  -- The label stays, and what a later release has added.
  flags = flags + bit.band(old.flags, bit.bnot(PERSISTENT + PRINCIPAL + AUTHENTICATED))
  local head = struct.pack(LAYOUT, math.max(FORMAT, old.format), math.max(OLDEST_READER, old.oldest_reader), flags,
    next_revision, seen, expires, absolute, old.created, authenticated, joined, digest, #principal,
    old.additions - old.label, old.fields - old.additions)
  bytes = head .. principal .. bytes:sub(old.label + 1, old.fields) .. fields
  if idle ~= '' then
    redis.call('SET', key, bytes, 'PXAT', deadline(expires))
    note(handle, expires)
  else
    redis.call('SET', key, bytes, 'KEEPTTL')
  end
  if was and becomes ~= was then
    ended = ended .. handle
  end
  if prefix ~= '' then
    if leaves then
      redis.call('ZREM', index_of(was), entry(handle, old.joined))
    end
    if joins then
      local mine = entry(handle, joined)
      join(index, mine, absolute, first)
      make_room(index, becomes, mine, logs_in and limit or '')
    end
  elseif leaves then
    return {0, head, was, entry(handle, old.joined)}
  elseif stays then
    return {4, head, stays, absolute + SKEW}
  end
  return head
end
