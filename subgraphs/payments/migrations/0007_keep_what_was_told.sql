-- What rails told, and what a cycle came to, stays.
create trigger append_only before update or delete or truncate on rail_notice
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on settlement_item
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on settlement_position
  for each statement execute function refuse_rewriting_history();
