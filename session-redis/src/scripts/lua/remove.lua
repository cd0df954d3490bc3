-- Removes these members from a sorted set, announced or not.

local function run(key, ...)
  for _, member in ipairs({...}) do
    redis.call('ZREM', key, member, member .. MARK)
  end
  return true
end
