-- Each member of the index KEYS[1], and 1 if it was announced long enough ago that nobody will come
-- back to write its record.

local found = {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  found[#found + 1] = member
  found[#found + 1] = real - struct.unpack('>i8', member, 17) > PATIENCE + SKEW and 1 or 0
end
return found
