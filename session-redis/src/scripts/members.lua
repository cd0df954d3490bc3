-- Each entry of the index KEYS[1], and 1 if it is not announced any more.

local found = {}
for _, member in ipairs(entries(KEYS[1])) do
  found[#found + 1] = member
  found[#found + 1] = is_settled(member) and 1 or 0
end
return found
