-- Removes every record in the principal's index but the one of the handle `spared`, and answers how many were
-- live. It is remembered for as long as it `lasts`.

local function run(key, principal, spared, lasts)
  local live = {}
  for _, member in ipairs(entries(key)) do
    if handle_of(member) ~= spared then
      local record, its_key = lead(member, principal)
      if record then
        redis.call('DEL', its_key)
        if record.expires > now then
          live[#live + 1] = handle_of(member)
        end
      end
      redis.call('ZREM', key, member)
    end
  end
  revoke(key, spared, tonumber(lasts), real)
  ended = table.concat(live)
  return #live
end
