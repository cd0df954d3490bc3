-- Removes these members from the sorted set KEYS[1], announced or not.

for index = 3, #ARGV do
  redis.call('ZREM', KEYS[1], ARGV[index], ARGV[index] .. MARK)
end
return 1
