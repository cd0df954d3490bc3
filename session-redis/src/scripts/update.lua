-- Changes the record KEYS[1], or answers why not:
-- nothing if there is none; 0, the clock and the new head, and which entry of which index is stale
-- now, if any; 1, the clock and the record at its other revision; 2, the clock and the absolute limit to be,
-- if an index in another slot has to learn of the record first; 3 and the clock, if the principal's sessions
-- were ended after the log-in began.

local handle, flags, digest, principal, fields = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
local idle, afresh, revision, next_revision, announced = ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
local began, limit = ARGV[13], ARGV[14]

local bytes = redis.call('GET', KEYS[1])
if not bytes then
  return false
end
local old = read(bytes)
if old.expires <= now then
  return false
end
if old.revision ~= revision then
  return {1, now, bytes}
end

local was = is(old.flags, PRINCIPAL) and bytes:sub(HEAD + 1, old.label)
local becomes = is(flags, PRINCIPAL) and principal
local logs_in = becomes and afresh ~= ''
if logs_in and prefix ~= '' and is_too_late(index_of(becomes), handle, began) then
  return {3, now}
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

local joins = becomes and (becomes ~= was or logs_in)
local leaves = was and (becomes ~= was or joins)
local joined = becomes and old.joined or 0
if joins then
  if prefix ~= '' then
    joined = real
  elseif announced == '' or is_late(tonumber(announced)) then
    return {2, now, absolute}
  else
    joined = tonumber(announced)
  end
end

local seen, expires = old.seen, old.expires
if idle ~= '' then
  seen, expires = now, math.min(now + idle, absolute)
end
local label = bytes:sub(old.label + 1, old.fields)
flags = flags + bit.band(old.flags, 4)
local head = struct.pack(LAYOUT, FORMAT, flags, next_revision, seen, expires, absolute, old.created,
  authenticated, joined, digest, #principal, #label)
bytes = head .. principal .. label .. fields
if idle ~= '' then
  redis.call('SET', KEYS[1], bytes, 'PXAT', deadline(expires))
  note(handle, expires)
else
  redis.call('SET', KEYS[1], bytes, 'KEEPTTL')
end
if prefix ~= '' then
  if leaves then
    redis.call('ZREM', index_of(was), entry(handle, old.joined))
  end
  if joins then
    local index, mine = index_of(becomes), entry(handle, joined)
    join(index, mine, absolute)
    make_room(index, becomes, mine, logs_in and limit or '')
  end
elseif leaves then
  return {0, now, head, was, entry(handle, old.joined)}
end
return {0, now, head}
