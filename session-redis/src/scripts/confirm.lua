-- Notes in the index KEYS[1] that the record of the handle ARGV[3], which was announced at ARGV[4] and ends at
-- ARGV[5], is written, and that its former entry of ARGV[6], if any, is stale.
--
-- Answers the clock; the last moment at which what was revoked meanwhile was announced, if that is true
-- of this one, and then nothing is noted; and if there are more than ARGV[7], the entries but those that
-- are announced.

local handle, joined, absolute, former, limit = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7]

local mine = entry(handle, joined)
redis.call('ZREM', KEYS[1], mine .. MARK)
local revoked = revocation(KEYS[1])
if revoked and joined <= revoked.last and handle ~= revoked.spared then
  redis.call('ZREM', KEYS[1], mine)
  return {now, revoked.last, {}}
end
if former ~= '' then
  redis.call('ZREM', KEYS[1], former)
end
join(KEYS[1], mine, absolute + SKEW)
local found = {}
if limit ~= '' and redis.call('ZCOUNT', KEYS[1], '(-inf', '+inf') > tonumber(limit) then
  for _, member in ipairs(entries(KEYS[1])) do
    if is_settled(member) then
      found[#found + 1] = member
    end
  end
end
return {now, false, found}
