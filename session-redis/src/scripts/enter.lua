-- Adds the member ARGV[3], which ends at ARGV[4] or ARGV[5] after now, to the sorted set KEYS[1].

enter(KEYS[1], ARGV[3], ARGV[4] ~= '' and tonumber(ARGV[4]) or now + ARGV[5])
return 1
