-- What was posted, and what was answered, stays: a mistake is put right by another transfer.
create trigger append_only before update or delete or truncate on transfer
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on ledger_entry
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on payment_transition
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on payment_request
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
-- The answer under a key is stored before the payment that it names: the key decides which of two requests at once may
-- store one. Drizzle cannot say DEFERRABLE.
alter table payment_request alter constraint payment_request_payment deferrable initially deferred;
