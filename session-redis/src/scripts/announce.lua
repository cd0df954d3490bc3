-- Adds the handle ARGV[3] to the index KEYS[1], before its record is written in another slot. It ends
-- at ARGV[4], or ARGV[5] after now. Answers the moment to write into the record, or nothing if it is a
-- log-in (ARGV[6]) and the principal's sessions were ended after it began at ARGV[7]; and the clock.

local handle, logs_in, began = ARGV[3], ARGV[6] ~= '', ARGV[7]

if logs_in and is_too_late(KEYS[1], handle, began) then
  return {false, now}
end
local absolute = ARGV[4] ~= '' and tonumber(ARGV[4]) or now + ARGV[5]
-- Later than all that was revoked, whatever the clock shows.
local revoked = revocation(KEYS[1])
local joined = revoked and math.max(real, revoked.last + 1) or real
join(KEYS[1], entry(handle, joined) .. MARK, absolute + SKEW)
return {joined, now}
