-- What was decided, and on what grounds, is never rewritten: a payment that is looked at again gets a case of its own.
create function refuse_rewriting_assessments() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end
$$;
--> statement-breakpoint
create trigger append_only before update or delete or truncate on risk_assessment
  for each statement execute function refuse_rewriting_assessments();
