-- Runs the operation on each key, with its share of the arguments. Answers the clock, and what each came to: one
-- that fails does so alone.

local answers, width = {now}, (#ARGV - 2) / #KEYS
for place, key in ipairs(KEYS) do
  local first = 3 + (place - 1) * width
  local done, answer = pcall(run, key, unpack(ARGV, first, first + width - 1))
  if not done and type(answer) == 'string' then
    answer = {err = answer}
  end
  answers[place + 1] = answer or false
end
