-- What an entry leads to, where the records lie on the same server as the index.

-- The record, its key, and its bytes up to the label, if it is the principal's and by this entry.
local function lead(member, principal)
  local key = key_of(handle_of(member))
  local bytes = redis.call('GETRANGE', key, 0, HEAD + #principal - 1)
  local record = bytes ~= '' and read(bytes)
  if record and is(record.flags, PRINCIPAL) and record.label == HEAD + #principal
    and bytes:sub(HEAD + 1) == principal and entry(handle_of(member), record.joined) == member then
    return record, key, bytes
  end
end
