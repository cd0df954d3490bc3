-- Up to `limit` handles in a sorted set that were to expire by now.

local function run(key, limit)
  return redis.call('ZRANGE', key, '-inf', digits(now), 'BYSCORE', 'LIMIT', 0, tonumber(limit))
end
