-- Publishes a mark where endings are told, by which a listener finds that it hears them. The key is a record's. Answers
-- why not, if the user may not.

local function run(key, mark)
  local answer = redis.pcall('PUBLISH', key:sub(1, -37) .. 'endings', mark)
  return type(answer) == 'table' and answer.err
end
