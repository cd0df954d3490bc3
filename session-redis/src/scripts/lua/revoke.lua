-- Notes in an index that all sessions but that of the handle `spared` end now, which is remembered for as long
-- as it `lasts`. Answers the last time at which one of them was announced, and each entry, which stays for
-- its record to be removed, and 1 if it is not announced any more.

local function run(key, spared, lasts)
  local last, found = real, {}
  for _, member in ipairs(entries(key)) do
    last = math.max(last, joined_of(member))
    if handle_of(member) ~= spared then
      found[#found + 1] = member
      found[#found + 1] = is_settled(member) and 1 or 0
    end
  end
  revoke(key, spared, tonumber(lasts), last)
  return {last, found}
end
