-- When a record expires and when it ends whatever happens, and its principal if it has one; nothing if it has
-- expired, or has no fields, which is what is left of a session that was ended.

local function run(key)
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 1)
  local record = bytes ~= '' and read(bytes)
  if not record or record.expires <= now or redis.call('STRLEN', key) == record.fields then
    return false
  end
  local principal = is(record.flags, PRINCIPAL) and range(key, HEAD, record.label) or nil
  return {record.expires, record.absolute, principal}
end
