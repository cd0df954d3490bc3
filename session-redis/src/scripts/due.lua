-- Up to ARGV[3] handles in the sorted set KEYS[1] that were to expire by now.

return redis.call('ZRANGE', KEYS[1], '-inf', digits(now), 'BYSCORE', 'LIMIT', 0, tonumber(ARGV[3]))
