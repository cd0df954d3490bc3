-- Handle and record of each live session in the principal's index.

local function run(key, principal)
  local found = {}
  for _, member in ipairs(entries(key)) do
    local record, its_key = lead(member, principal)
    if not record then
      redis.call('ZREM', key, member)
    elseif record.expires > now then
      found[#found + 1] = handle_of(member)
      found[#found + 1] = redis.call('GET', its_key)
    end
  end
  return found
end
