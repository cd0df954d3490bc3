-- Tells what has ended, in one message: the handles one after the other. A user who may not publish has ended it
-- all the same.

if #ended > 0 then
  publish(table.concat(ended))
end
