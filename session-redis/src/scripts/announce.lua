-- Adds the handle ARGV[3] to the index KEYS[1], before its record is written in another slot. It ends
-- at ARGV[4], or ARGV[5] after now. Answers the moment to write into the record.

local absolute = ARGV[4] ~= '' and tonumber(ARGV[4]) or now + ARGV[5]
join(KEYS[1], ARGV[3], real, absolute + SKEW)
return real
