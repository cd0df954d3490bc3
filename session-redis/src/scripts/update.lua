-- Changes the record KEYS[1], or answers why not:
-- nothing if there is none; 0, the clock and the new head, and which entry of which index is stale
-- now, if any; 1, the clock and the record at its other revision; 2, the clock and the absolute limit to be,
-- if an index in another slot has to learn of the record first.

local handle, flags, digest, principal, fields = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
local idle, afresh, revision, next_revision, announced = tonumber(ARGV[8]), ARGV[9], ARGV[10], ARGV[11], ARGV[12]

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

local joins = becomes and (becomes ~= was or afresh ~= '')
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

local expires = math.min(now + idle, absolute)
local label = bytes:sub(old.label + 1, old.fields)
flags = flags + bit.band(old.flags, 4)
local head = struct.pack(LAYOUT, FORMAT, flags, next_revision, now, expires, absolute, old.created,
  authenticated, joined, digest, #principal, #label)
redis.call('SET', KEYS[1], head .. principal .. label .. fields, 'PXAT', deadline(expires))
note(handle, expires)
if prefix ~= '' then
  if leaves then
    redis.call('ZREM', index_of(was), entry(handle, old.joined))
  end
  if joins then
    join(index_of(becomes), handle, joined, absolute)
  end
elseif leaves then
  return {0, now, head, was, entry(handle, old.joined)}
end
return {0, now, head}
