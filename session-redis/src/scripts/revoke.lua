-- Notes in the index KEYS[1] that all sessions but that of the handle ARGV[3] end now, which is remembered for
-- ARGV[4]. Answers the clock, the last moment at which one of them was announced, and each entry, which stays
-- for its record to be removed, and 1 if it is not announced any more.

local spared, lasts = ARGV[3], tonumber(ARGV[4])

local last, found = real, {}
for _, member in ipairs(entries(KEYS[1])) do
  last = math.max(last, joined_of(member))
  if handle_of(member) ~= spared then
    found[#found + 1] = member
    found[#found + 1] = is_settled(member) and 1 or 0
  end
end
revoke(KEYS[1], spared, lasts, last)
return {now, last, found}
