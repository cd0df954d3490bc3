-- The last revocation of an index: when it was, until when it is remembered, the last time at which
-- a session that it ended was entered, and the handle that it spared, if any.

local function read_revocation(member)
  local at, ends, last = struct.unpack('>i8i8i8', member)
  return {at = at, ends = ends, last = last, spared = member:sub(25), member = member}
end

local function revocation(index)
  local member = redis.call('ZRANGE', index, '-inf', '-inf', 'BYSCORE')[1]
  return member and read_revocation(member) or nil
end

-- What stands first in an index: the last revocation, if there is one, and when the entry ends that ends first.
local function first_of(index)
  local found = redis.call('ZRANGE', index, 0, 1, 'WITHSCORES')
  local first = {is_empty = #found == 0}
  for place = 1, #found, 2 do
    if found[place + 1] == '-inf' then
      first.revoked = read_revocation(found[place])
    elseif not first.ends then
      first.ends = tonumber(found[place + 1])
    end
  end
  return first
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

-- Whether the sessions of an index, of which this stands first, were ended after a log-in to this handle began; nobody knows when if `began`
-- is empty, which is before everything.
local function is_too_late(first, handle, began)
  local revoked = first.revoked
  return revoked and revoked.ends > now and revoked.spared ~= handle
    and (began == '' or tonumber(began) < revoked.at)
end
