-- Tells what has ended, in one message. A user who may not publish has ended it all the same. Where no prefix is
-- given, the first key is a record's, which ends with the 36 characters of its handle.

if ended ~= '' then
  redis.pcall('PUBLISH', (prefix ~= '' and prefix or KEYS[1]:sub(1, -37)) .. 'endings', ended)
end
