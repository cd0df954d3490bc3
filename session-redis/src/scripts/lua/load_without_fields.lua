-- The record up to its label, unless it has expired.

local function run(key)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  local record = bytes ~= '' and read(bytes)
  return record and record.expires > now and bytes .. range(key, HEAD, record.additions)
end
