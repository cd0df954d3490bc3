-- Each entry of an index, and 1 if it is not announced any more.

local function run(key)
  local found = {}
  for _, member in ipairs(entries(key)) do
    found[#found + 1] = member
    found[#found + 1] = is_settled(member) and 1 or 0
  end
  return found
end
