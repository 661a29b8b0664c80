-- What was decided, and on what grounds, is never rewritten: a payment that is looked at again gets a case of its own.
create trigger append_only before update or delete or truncate on risk_assessment
  for each statement execute function refuse_rewriting_history();
