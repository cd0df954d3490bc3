-- Removes these members from the sorted set KEYS[1].

for index = 3, #ARGV do
  redis.call('ZREM', KEYS[1], ARGV[index])
end
return 1
