-- Adds a member, which ends at `ends` or `idle` after now, to a sorted set.

local function run(key, member, ends, idle)
  enter(key, member, ends ~= '' and tonumber(ends) or now + idle)
  return true
end
