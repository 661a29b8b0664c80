-- What was decided, found and reported, and against which list, is never rewritten.
create trigger append_only before update or delete or truncate on remittance_assessment
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on large_transaction_report
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on screening_hit
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on sanctions_list
  for each statement execute function refuse_rewriting_history();
