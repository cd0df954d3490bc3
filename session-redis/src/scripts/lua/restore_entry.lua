-- Restores the entry of a record in another slot: 1 if it was missing, 2 if the record has to be ended and the last time
-- at which one was announced that the revocation ended; nothing if it was there.

local function run(key, member, ends)
  local restored = restore(key, member, tonumber(ends))
  return restored and {restored, restored == 2 and revocation(key).last or nil}
end
