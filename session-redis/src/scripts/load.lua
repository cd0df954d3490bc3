-- The clock and the record of KEYS[1].

local bytes = redis.call('GET', KEYS[1])
if not bytes or read(bytes).expires <= now then
  return false
end
return {now, bytes}
