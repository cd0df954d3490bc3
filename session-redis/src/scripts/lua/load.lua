-- The record, unless it has expired.

local function run(key)
  local bytes = redis.call('GET', key)
  return bytes and expires_of(bytes) > now and bytes
end
