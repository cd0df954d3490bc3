-- A page of a principal's sessions is read in the order of the list: nothing is sorted, however many
-- there are. Whatever the index served before it serves as well.

DROP INDEX :"by_principal";

CREATE INDEX :"by_principal" ON :"table" (principal, created DESC, handle)
WHERE principal IS NOT NULL;
