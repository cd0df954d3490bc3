-- The last revocation of an index: when it was, until when it is remembered, the last time at which
-- a session that it ended was entered, and the handle that it spared, if any.

local function revocation(index)
  local member = redis.call('ZRANGE', index, '-inf', '-inf', 'BYSCORE')[1]
  if not member then
    return nil
  end
  local at, ends, last = struct.unpack('>i8i8i8', member)
  return {at = at, ends = ends, last = last, spared = member:sub(25), member = member}
end

-- Notes that all sessions but that of the handle `spared`, if any, end now.
local function revoke(index, spared, lasts, last)
  local former = revocation(index)
  if former then
    last = math.max(last, former.last)
    redis.call('ZREM', index, former.member)
  end
  redis.call('ZADD', index, '-inf', struct.pack('>i8i8i8', now, now + lasts, last) .. spared)
  keep(index, now + lasts)
end

-- Whether the sessions were ended after a log-in to this handle began; nobody knows when if `began`
-- is empty, which is before everything.
local function is_too_late(index, handle, began)
  local revoked = revocation(index)
  return revoked and revoked.ends > now and revoked.spared ~= handle
    and (began == '' or tonumber(began) < revoked.at)
end
